#include "data/histogram.hpp"

#include <algorithm>
#include <numeric>

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

Histogram make_histogram(std::vector<Bin> bins) {
  std::sort(bins.begin(), bins.end());
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
