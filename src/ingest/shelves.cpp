#include "ingest/shelves.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace ctxcap::ingest {
namespace {

// Small enough that open blocks do not count, large enough that the lock does not. They are cut from larger ones: where
// each had a page of its own, a run over 4,100 rows took 1,600 pages instead of 1,000, and a fifth more time.
constexpr std::size_t kLargestBlock = 1024;
constexpr std::size_t kSmallestBlock = 2 * kLongestHeldRow;
constexpr std::size_t kSlab = 64 << 10;

std::size_t shelf_number(Stage stage, std::size_t shelf) {
  return static_cast<std::size_t>(stage) * Shelves::kPerStage + shelf;
}

}  // namespace

Shelves::Shelves(Overflow* overflow, std::size_t budget)
    : overflow_(overflow),
      may_spill_(overflow != nullptr),
      budget_(budget),
      block_size_(std::clamp(budget / kPerStage, kSmallestBlock, kLargestBlock)) {}

void Shelves::Writer::put(Stage stage, std::uint64_t hash, const HeldRow& row) {
  // The upper bits: the lower ones find the row in its shelf.
  const std::size_t shelf = shelf_number(stage, hash >> 56);
  Open& open = open_[shelf];
  std::array<char, kLongestHeldRow> bytes;
  const std::size_t size = write(row, bytes.data());
  if (open.bytes == nullptr || open.used + size > shelves_->block_size_) {
    open.bytes = shelves_->exchange(shelf, {.bytes = open.bytes, .used = std::exchange(open.used, 0)});
  }
  std::memcpy(open.bytes + open.used, bytes.data(), size);
  open.used += size;
}

void Shelves::Writer::flush() {
  const std::scoped_lock lock(shelves_->mutex_);
  for (std::size_t shelf = 0; shelf < open_.size(); ++shelf) {
    const Open open = std::exchange(open_[shelf], {});
    shelves_->put(shelf, {.bytes = open.bytes, .used = open.used});
  }
}

char* Shelves::free_block() {
  if (free_.empty()) {
    char* const slab = slabs_.emplace_back(std::make_unique_for_overwrite<char[]>(kSlab)).get();
    for (std::size_t end = kSlab; end >= block_size_; end -= block_size_) free_.push_back(slab + end - block_size_);
  }
  char* const block = free_.back();
  free_.pop_back();
  return block;
}

char* Shelves::exchange(std::size_t shelf, Block block) {
  const std::scoped_lock lock(mutex_);
  put(shelf, block);
  return free_block();
}

void Shelves::put(std::size_t shelf, Block block) {
  if (block.bytes == nullptr) return;
  shelves_[shelf].blocks.push_back(block);
  in_memory_ += block_size_;
  shelved_ += block.used;
  if (may_spill_ && in_memory_ > budget_) spill();
}

void Shelves::clear() {
  const std::scoped_lock lock(mutex_);
  for (Shelf& shelf : shelves_) shelf = {};
  free_ = std::vector<char*>();
  slabs_.clear();
  in_memory_ = 0;
}

void Shelves::spill() {
  std::string together;
  for (Shelf& shelf : shelves_) {
    together.clear();
    for (const Block& block : shelf.blocks) together.append(block.bytes, block.used);
    if (together.empty()) continue;
    if (!overflow_->write(outside_, together)) {
      may_spill_ = false;  // no room there either: the rest stays here
      return;
    }
    shelf.outside.push_back({.offset = outside_, .size = together.size()});
    outside_ += together.size();
    in_memory_ -= shelf.blocks.size() * block_size_;
    for (const Block& block : shelf.blocks) free_.push_back(block.bytes);
    shelf.blocks.clear();
  }
}

Result<std::string> Shelves::take(Stage stage, std::size_t number) {
  Shelf shelf;
  {
    const std::scoped_lock lock(mutex_);
    shelf = std::exchange(shelves_[shelf_number(stage, number)], {});
    in_memory_ -= shelf.blocks.size() * block_size_;
  }
  std::size_t size = 0;
  for (const Extent& extent : shelf.outside) size += extent.size;
  for (const Block& block : shelf.blocks) size += block.used;
  std::string rows(size, '\0');
  char* to = rows.data();
  for (const Extent& extent : shelf.outside) {
    TRY(overflow_->read(extent.offset, to, extent.size));
    to += extent.size;
  }
  for (const Block& block : shelf.blocks) to = std::copy_n(block.bytes, block.used, to);
  const std::scoped_lock lock(mutex_);
  for (const Block& block : shelf.blocks) free_.push_back(block.bytes);
  return rows;
}

}  // namespace ctxcap::ingest
