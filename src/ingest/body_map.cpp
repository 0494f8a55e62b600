#include "ingest/body_map.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace ctxcap::ingest {
namespace {

// How exactly a step keeps pairs: significant bits, and the distances of prompts that stay exact (0: none).
struct Step {
  int prompt_bits, bytes_bits;
  std::uint32_t binary_marks, decimal_marks;
};
constexpr std::array<Step, 8> kSteps{{
    {64, 7, 1, 1},  // all prompts exact
    {7, 7, 128, 500},
    {6, 7, 512, 1'000},
    {6, 6, 2'048, 1'000},
    {5, 5, 2'048, 0},
    {4, 4, 0, 0},
    {2, 2, 0, 0},
    {1, 1, 0, 0},  // 31 x 32 pairs at most
}};
static_assert(31 * 32 <= BodyMap::kMost);

constexpr std::uint32_t kAtMark = 16;  // tokens above half of the window: half of num_keep, and some room

int bits_of(i64 value) {
  return static_cast<int>(std::bit_width(static_cast<std::uint64_t>(value)));
}

i64 lower_edge(i64 value, int bits) {
  const int width = bits_of(value);
  if (width <= bits) return value;
  return value >> (width - bits) << (width - bits);
}

i64 middle(i64 edge, int bits) {
  const int width = bits_of(edge);
  return width <= bits ? edge : edge + (i64{1} << (width - bits) >> 1);
}

constexpr std::uint64_t kCoarse = std::uint64_t{1} << 32;

std::uint32_t prompt_of(std::uint64_t pair) {
  return static_cast<std::uint32_t>(pair >> 33);
}
bool is_coarse(std::uint64_t pair) {
  return (pair & kCoarse) != 0;
}
i64 bytes_of(std::uint64_t pair) {
  return static_cast<i64>(pair & (kCoarse - 1));
}

bool at_mark(std::uint32_t prompt, const Step& step) {
  return (step.binary_marks != 0 && prompt % step.binary_marks < kAtMark) ||
         (step.decimal_marks != 0 && prompt % step.decimal_marks < kAtMark);
}

}  // namespace

BodyMap::Pair BodyMap::binned(Pair pair, int step) {
  const Step& how = kSteps[static_cast<std::size_t>(step)];
  const std::uint32_t prompt = prompt_of(pair);
  const Pair bytes = static_cast<Pair>(lower_edge(bytes_of(pair), how.bytes_bits));
  if (!is_coarse(pair) && at_mark(prompt, how)) return Pair{prompt} << 33 | bytes;
  return static_cast<Pair>(lower_edge(prompt, how.prompt_bits)) << 33 | kCoarse | bytes;
}

BodyMap::Slot& BodyMap::find(Pair pair) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = (pair * 0x9E3779B97F4A7C15U >> 32) & mask;
  while (slots_[at].pair != 0 && slots_[at].pair != pair) at = (at + 1) & mask;
  return slots_[at];
}

void BodyMap::count(Pair pair, i64 times) {
  if ((used_ + 1) * 4 > slots_.size() * 3) resize(slots_.empty() ? 16 : slots_.size() * 2);
  pair = binned(pair, step_);
  Slot& slot = find(pair);
  if (slot.pair == 0) {
    slot.pair = pair;
    ++used_;
  }
  slot.count += times;
  while (used_ > kMost) coarsen();
}

void BodyMap::resize(std::size_t slots) {
  std::vector<Slot> old(slots);
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.pair != 0) find(slot.pair) = slot;
  }
}

void BodyMap::coarsen() {
  ++step_;
  used_ = 0;
  std::vector<Slot> old(slots_.size());
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.pair != 0) count(slot.pair, slot.count);
  }
}

void BodyMap::add(Tokens prompt, Bytes bytes, i64 times) {
  count(static_cast<Pair>(prompt) << 33 | static_cast<Pair>(bytes), times);
}

void BodyMap::merge(const BodyMap& other) {
  while (step_ < other.step_) coarsen();
  for (const Slot& slot : other.slots_) {
    if (slot.pair != 0) count(slot.pair, slot.count);
  }
}

std::vector<BodySize> BodyMap::sizes() const {
  const Step& how = kSteps[static_cast<std::size_t>(step_)];
  std::vector<BodySize> sizes;
  for (const auto& [pair, count] : slots_) {
    if (pair == 0) continue;
    const Tokens edge = prompt_of(pair);
    sizes.push_back({.prompt = is_coarse(pair) ? middle(edge, how.prompt_bits) : edge,
                     .bytes = middle(bytes_of(pair), how.bytes_bits),
                     .count = count});
  }
  std::sort(sizes.begin(), sizes.end());
  // The middle of a bin may be a prompt that is kept for itself.
  std::vector<BodySize> once;
  for (const BodySize& size : sizes) {
    const bool again = !once.empty() && once.back().prompt == size.prompt && once.back().bytes == size.bytes;
    if (again) {
      once.back().count += size.count;
    } else {
      once.push_back(size);
    }
  }
  return once;
}

}  // namespace ctxcap::ingest
