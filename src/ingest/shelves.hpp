#pragma once
// Where held rows lie until all rows are seen: on shelves, by a hash, so that later one shelf at a time can
// be looked through. What exceeds the budget goes to the overflow, written once, in large pieces.

#include <array>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "ingest/held_row.hpp"
#include "ingest/ingest.hpp"

namespace ctxcap::ingest {

// What the rows on a shelf wait for.
enum class Stage : std::uint8_t {
  versions,  // by id: other versions of the row
  copies,    // by model and counts: the same call in another instrumentation's words
  jobs,      // by trace: the root's name
  done,
};

class Shelves {
 public:
  static constexpr std::size_t kPerStage = 256;

  // `overflow` nullptr: everything stays in memory, whatever the budget (bytes).
  Shelves(Overflow* overflow, std::size_t budget);

  // One thread's hand: collects blocks and shelves them when they are full.
  class Writer {
   public:
    explicit Writer(Shelves& shelves) : shelves_(&shelves) {}
    // Rows that must meet have equal hashes.
    void put(Stage stage, std::uint64_t hash, const HeldRow& row);
    void flush();

   private:
    struct Open {
      char* bytes = nullptr;
      std::size_t used = 0;
    };
    Shelves* shelves_;
    std::array<Open, 3 * kPerStage> open_;
  };

  // Takes the rows off a shelf: as each writer wrote them, one writer's after another's or in turns. All
  // writers must have flushed. From several threads at once.
  Result<std::string> take(Stage stage, std::size_t shelf);

  // Forgets all rows, and gives their memory back. All writers must have flushed.
  void clear();

  // Bytes of held rows that came in so far, wherever they are now.
  std::size_t shelved() const { return shelved_; }

 private:
  struct Block {
    char* bytes;
    std::size_t used;
  };
  struct Extent {
    std::uint64_t offset;
    std::size_t size;
  };
  struct Shelf {
    std::vector<Extent> outside;
    std::vector<Block> blocks;  // younger than what is outside
  };

  // While mutex_ is held:
  char* free_block();
  void put(std::size_t shelf, Block block);
  void spill();

  // Shelves a full block, if it is one, and gives an empty one for it.
  char* exchange(std::size_t shelf, Block block);

  Overflow* overflow_;
  bool may_spill_;
  std::size_t budget_;
  std::size_t block_size_;
  std::mutex mutex_;
  std::array<Shelf, 3 * kPerStage> shelves_;
  std::vector<std::unique_ptr<char[]>> slabs_;  // what blocks are cut from
  std::vector<char*> free_;                     // blocks
  std::size_t in_memory_ = 0;  // bytes of blocks on shelves
  std::size_t shelved_ = 0;
  std::uint64_t outside_ = 0;  // bytes written to the overflow
};

}  // namespace ctxcap::ingest
