#include "data/histogram.hpp"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

namespace ctxcap {

i64 Histogram::count() const {
  return std::accumulate(bins.begin(), bins.end(), i64{0},
                         [](i64 sum, const Bin& bin) { return sum + bin.count; });
}

i64 Histogram::count_above(Tokens tokens) const {
  i64 above = 0;
  for (auto bin = bins.rbegin(); bin != bins.rend() && bin->tokens > tokens; ++bin) above += bin->count;
  return above;
}

i64 Histogram::count_at(Tokens tokens) const {
  const auto bin = std::lower_bound(bins.begin(), bins.end(), tokens,
                                    [](const Bin& b, Tokens value) { return b.tokens < value; });
  return bin != bins.end() && bin->tokens == tokens ? bin->count : 0;
}

Tokens Histogram::at_rank(i64 rank) const {
  for (const Bin& bin : bins) {
    rank -= bin.count;
    if (rank <= 0) return bin.tokens;
  }
  return bins.back().tokens;
}

void Histogram::merge(const Histogram& other) {
  if (other.bins.empty()) return;
  std::vector<Bin> all = std::move(bins);
  all.insert(all.end(), other.bins.begin(), other.bins.end());
  *this = make_histogram(std::move(all));
}

namespace {

bool is_histogram(const std::vector<Bin>& bins) {
  for (std::size_t i = 0; i < bins.size(); ++i) {
    if (bins[i].count == 0 || (i > 0 && bins[i].tokens <= bins[i - 1].tokens)) return false;
  }
  return true;
}

// Sorts what is made of few ascending runs, as the days of a job are, in n log(runs): std::sort takes no
// advantage of them.
void sort_runs(std::vector<Bin>& bins) {
  std::vector<std::size_t> ends;  // of the runs
  for (std::size_t i = 1; i <= bins.size(); ++i) {
    if (i == bins.size() || bins[i] < bins[i - 1]) ends.push_back(i);
  }
  std::vector<Bin> merged(ends.size() > 1 ? bins.size() : 0);
  while (ends.size() > 1) {
    std::vector<std::size_t> wider;
    for (std::size_t i = 0, begin = 0; i < ends.size(); i += 2) {
      const std::size_t middle = ends[i], end = ends[std::min(i + 1, ends.size() - 1)];
      const auto at = [&](std::size_t k) { return bins.begin() + static_cast<std::ptrdiff_t>(k); };
      std::merge(at(begin), at(middle), at(middle), at(end),
                 merged.begin() + static_cast<std::ptrdiff_t>(begin));
      wider.push_back(begin = end);
    }
    bins.swap(merged);
    ends.swap(wider);
  }
}

// Where values lie close together, a counter for each possible one takes the place of sorting.
std::optional<Histogram> counted(const std::vector<Bin>& bins) {
  constexpr std::size_t kFew = 64;
  constexpr Tokens kWide = 16;  // possible values for each bin
  if (bins.size() < kFew) return std::nullopt;
  const auto [low, high] = std::minmax_element(
      bins.begin(), bins.end(), [](const Bin& a, const Bin& b) { return a.tokens < b.tokens; });
  const Tokens first = low->tokens, last = high->tokens;
  if ((last - first) / kWide >= static_cast<Tokens>(bins.size())) return std::nullopt;
  std::vector<i64> counts(static_cast<std::size_t>(last - first) + 1);
  for (const Bin& bin : bins) counts[static_cast<std::size_t>(bin.tokens - first)] += bin.count;
  Histogram result;
  result.bins.reserve(
      static_cast<std::size_t>(std::count_if(counts.begin(), counts.end(), [](i64 n) { return n != 0; })));
  for (Tokens tokens = first; tokens <= last; ++tokens) {
    const i64 count = counts[static_cast<std::size_t>(tokens - first)];
    if (count != 0) result.bins.push_back({.tokens = tokens, .count = count});
  }
  return result;
}

}  // namespace

Histogram make_histogram(std::vector<Bin> bins) {
  if (is_histogram(bins)) return {.bins = std::move(bins)};
  if (std::optional<Histogram> dense = counted(bins)) return *std::move(dense);
  sort_runs(bins);
  Histogram result;
  for (const Bin& bin : bins) {
    if (!result.bins.empty() && result.bins.back().tokens == bin.tokens) {
      result.bins.back().count += bin.count;
    } else {
      result.bins.push_back(bin);
    }
  }
  std::erase_if(result.bins, [](const Bin& bin) { return bin.count == 0; });
  return result;
}

}  // namespace ctxcap
