#include "ingest/formats/vllm/sums.hpp"

#include <algorithm>
#include <vector>

namespace ctxcap::ingest::vllm {
namespace {

// How many are above a length. The first: above 0.
std::vector<Bin> above_each(const Histogram& histogram) {
  std::vector<Bin> above{{.tokens = 0, .count = histogram.count()}};
  for (const Bin& bin : histogram.bins) above.push_back({bin.tokens, above.back().count - bin.count});
  return above;
}

}  // namespace

Histogram largest_sums(const Histogram& a, const Histogram& b) {
  std::vector<Bin> bounds;  // at most so many sums are above that length
  for (const Bin& left : above_each(a)) {
    for (const Bin& right : above_each(b))
      bounds.push_back({left.tokens + right.tokens, left.count + right.count});
  }
  std::sort(bounds.begin(), bounds.end());
  Histogram sums;
  i64 above = a.count();
  for (const Bin& bound : bounds) {
    if (bound.count >= above) continue;
    sums.bins.push_back({bound.tokens, above - bound.count});
    above = bound.count;
  }
  return make_histogram(std::move(sums.bins));
}

}  // namespace ctxcap::ingest::vllm
