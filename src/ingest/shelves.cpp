#include "ingest/shelves.hpp"

#include <algorithm>
#include <utility>

namespace ctxcap::ingest {
namespace {

// Small enough that open blocks do not count, large enough that the lock does not.
constexpr std::size_t kLargestBlock = 4096;
constexpr std::size_t kSmallestBlock = 2 * kLongestHeldRow;

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
  if (open.bytes && open.used + kLongestHeldRow > shelves_->block_size_) {
    shelves_->add(shelf, open.bytes, std::exchange(open.used, 0));
  }
  if (!open.bytes) open.bytes = shelves_->new_block();
  open.used += write(row, open.bytes.get() + open.used);
}

void Shelves::Writer::flush() {
  for (std::size_t shelf = 0; shelf < open_.size(); ++shelf) {
    Open& open = open_[shelf];
    if (open.used > 0) shelves_->add(shelf, open.bytes, std::exchange(open.used, 0));
    open.bytes.reset();
  }
}

std::unique_ptr<char[]> Shelves::new_block() {
  const std::scoped_lock lock(mutex_);
  if (free_.empty()) return std::make_unique_for_overwrite<char[]>(block_size_);
  std::unique_ptr<char[]> block = std::move(free_.back());
  free_.pop_back();
  return block;
}

void Shelves::add(std::size_t shelf, std::unique_ptr<char[]>& bytes, std::size_t used) {
  const std::scoped_lock lock(mutex_);
  shelves_[shelf].blocks.push_back({.bytes = std::move(bytes), .used = used});
  in_memory_ += block_size_;
  shelved_ += used;
  if (may_spill_ && in_memory_ > budget_) spill();
}

void Shelves::spill() {
  std::string together;
  for (Shelf& shelf : shelves_) {
    together.clear();
    for (const Block& block : shelf.blocks) together.append(block.bytes.get(), block.used);
    if (together.empty()) continue;
    if (!overflow_->write(outside_, together)) {
      may_spill_ = false;  // no room there either: the rest stays here
      return;
    }
    shelf.outside.push_back({.offset = outside_, .size = together.size()});
    outside_ += together.size();
    in_memory_ -= shelf.blocks.size() * block_size_;
    for (Block& block : shelf.blocks) free_.push_back(std::move(block.bytes));
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
  for (const Block& block : shelf.blocks) to = std::copy_n(block.bytes.get(), block.used, to);
  return rows;
}

}  // namespace ctxcap::ingest
