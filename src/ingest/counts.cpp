#include "ingest/counts.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>
#include <utility>

namespace ctxcap::ingest {

void Counts::add_many(Tokens tokens, i64 times) {
  const auto value = static_cast<std::uint32_t>(tokens);
  while (times > 0) {
    const auto taken = static_cast<std::uint32_t>(std::min<i64>(times, kFull));
    begin(value, taken);
    times -= taken;
  }
}

void Counts::begin(std::uint32_t tokens, std::uint32_t count) {
  constexpr std::size_t kFew = 1'024;
  if (last_.count != 0) fresh_.push_back(last_);
  last_ = {.tokens = tokens, .count = count};
  if (fresh_.size() >= std::max(kFew, settled_.size())) settle();
}

void Counts::merge(Counts&& other) {
  settle();
  other.settle();
  settled_ = merged(settled_, other.settled_);
  other = {};
}

void Counts::take_up(const Counts& other) {
  for (const Entries* entries : {&other.settled_, &other.fresh_}) {
    for (const Entry& entry : *entries) begin(entry.tokens, entry.count);
  }
  if (other.last_.count != 0) begin(other.last_.tokens, other.last_.count);
}

void Counts::append_to(std::vector<Bin>& bins, Tokens shift) {
  settle();
  bins.reserve(bins.size() + settled_.size());
  for (const Entry& entry : settled_) bins.push_back({Tokens{entry.tokens} + shift, i64{entry.count}});
}

void Counts::settle() {
  if (last_.count != 0) fresh_.push_back(std::exchange(last_, {}));
  if (fresh_.empty()) return;
  sort(fresh_);
  settled_ = merged(settled_, fresh_);
  fresh_.clear();
}

// Digit by digit, from the lowest on; the highest ones are nearly always 0.
void Counts::sort(Entries& entries) {
  constexpr std::size_t kFew = 64;
  const auto less = [](const Entry& a, const Entry& b) { return a.tokens < b.tokens; };
  if (entries.size() < kFew) return std::sort(entries.begin(), entries.end(), less);
  const std::uint32_t highest = std::max_element(entries.begin(), entries.end(), less)->tokens;
  Entries sorted(entries.size());
  for (int digit = 0; digit < 32 && highest >> digit != 0; digit += 8) {
    std::array<std::uint32_t, 257> begins{};
    for (const Entry& entry : entries) ++begins[(entry.tokens >> digit & 0xFF) + 1];
    std::partial_sum(begins.begin(), begins.end(), begins.begin());
    for (const Entry& entry : entries) sorted[begins[entry.tokens >> digit & 0xFF]++] = entry;
    entries.swap(sorted);
  }
}

// Both ascending; each may have a value several times.
Counts::Entries Counts::merged(const Entries& a, const Entries& b) {
  Entries result;
  result.reserve(a.size() + b.size());
  const auto append = [&result](const Entry& entry) {
    const bool fits =
        !result.empty() && result.back().tokens == entry.tokens && entry.count <= kFull - result.back().count;
    if (fits) {
      result.back().count += entry.count;
    } else {
      result.push_back(entry);
    }
  };
  auto left = a.begin();
  for (const Entry& right : b) {
    for (; left != a.end() && left->tokens <= right.tokens; ++left) append(*left);
    append(right);
  }
  std::for_each(left, a.end(), append);
  result.shrink_to_fit();
  return result;
}

}  // namespace ctxcap::ingest
