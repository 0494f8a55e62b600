#include "demand/censoring.hpp"

#include <algorithm>
#include <boost/math/policies/policy.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>

namespace ctxcap::demand {
namespace {

using Quiet = boost::math::policies::policy<
    boost::math::policies::domain_error<boost::math::policies::ignore_error>,
    boost::math::policies::evaluation_error<boost::math::policies::ignore_error>>;

constexpr Tokens kNeighbours = 64;   // tokens on each side of a heap that tell what is ordinary there
constexpr double kHeapLevel = 1e-7;  // chance at which a heap is no accident, for one value
constexpr i64 kFewestRows = 4;       // fewer equal counts are never called a heap

i64 count_between(const Histogram& histogram, Tokens first, Tokens last) {
  return histogram.count_above(first - 1) - histogram.count_above(last);
}

// P(Bin(f + m, 1/(w+1)) >= f): f requests on one value against m on its w neighbours, were all as likely.
double heap_chance(const Histogram& histogram, Tokens value) {
  const i64 here = histogram.count_at(value);
  if (here < kFewestRows) return 1;
  const Tokens first = std::max<Tokens>(value - kNeighbours, 0);
  const Tokens last = value + kNeighbours;
  const i64 around = count_between(histogram, first, last) - here;
  const double share = 1.0 / static_cast<double>(last - first + 1);
  return boost::math::ibeta(static_cast<double>(here), static_cast<double>(around + 1), share, Quiet());
}

bool is_heap(const Histogram& histogram, Tokens value) {
  return heap_chance(histogram, value) < kHeapLevel;
}

// Many prompts in the last 15 % below the window, none at or above it although the density goes on, and no
// single value that carries the heap.
bool ends_at(const Histogram& prompt, Tokens num_ctx) {
  const Tokens width = num_ctx * 15 / 100;
  const i64 near = count_between(prompt, num_ctx - width, num_ctx - 1);
  const i64 before = count_between(prompt, num_ctx - 2 * width, num_ctx - width - 1);
  if (near < 20 || near < before) return false;
  for (const Bin& bin : prompt.bins) {
    if (bin.tokens >= num_ctx - width && is_heap(prompt, bin.tokens)) return false;
  }
  return prompt.max() >= num_ctx - std::max<Tokens>(width * 4 / near, 1);
}

// What one window would explain.
Censoring explained_by(const DayDemand& pooled, Tokens num_ctx, std::span<const Tokens> num_keep) {
  const Histogram& prompt = pooled.prompt;
  Censoring found;
  found.num_ctx = num_ctx;
  const auto heap_at = [&](const Histogram& histogram, Tokens value, const char* kind) {
    if (!is_heap(histogram, value)) return;
    found.rows += histogram.count_at(value);
    if (found.kinds.empty() || found.kinds.back() != kind) found.kinds.push_back(kind);
  };
  if (prompt.max() > num_ctx) return found;  // a prompt passed whole that this window would have cut
  if (prompt.max() < num_ctx) {
    std::vector<Tokens> cuts{half_cut(num_ctx, 4), half_cut(num_ctx, 5)};
    for (const Tokens keep : num_keep)
      cuts.insert(cuts.end(), {half_cut(num_ctx, keep), half_cut(num_ctx, keep + 1)});
    std::sort(cuts.begin(), cuts.end());
    cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
    for (const Tokens cut : cuts) heap_at(prompt, cut, "half-window-cut");
    if (pooled.total.max() == num_ctx) heap_at(pooled.total, num_ctx, "cut-answer");
  }
  heap_at(prompt, num_ctx - 1, "full-window-cut");
  heap_at(prompt, num_ctx, "full-window-cut");
  if (found.kinds.empty() && ends_at(prompt, num_ctx)) {
    found.rows = count_between(prompt, num_ctx - num_ctx * 15 / 100, num_ctx - 1);
    found.kinds.push_back("dropped-history");
  }
  if (!found.kinds.empty()) found.verdict = CensoringVerdict::censored;
  return found;
}

// A heap at the upper end that no window explains. A client that cuts text cuts near a number of tokens, not
// at it, so the heap may be spread over a few values.
Censoring client_limit(const Histogram& histogram, const char* kind) {
  Censoring found;
  const i64 requests = histogram.count();
  const i64 top = std::max<i64>(requests / 200, 1);
  for (auto bin = histogram.bins.rbegin(); bin != histogram.bins.rend(); ++bin) {
    if (histogram.count_above(bin->tokens) > top) break;
    if (!is_heap(histogram, bin->tokens)) continue;
    const Tokens limit = histogram.max() - bin->tokens <= 4 ? histogram.max() : bin->tokens;
    const i64 rows = count_between(histogram, bin->tokens - 4, limit);
    if (requests - rows < requests / 10) break;  // nearly all are alike: a template, not a limit
    found = {.verdict = CensoringVerdict::client_limit, .num_ctx = limit, .rows = rows, .kinds = {kind}};
    break;
  }
  return found;
}

}  // namespace

std::vector<Tokens> plausible_windows(const Demand& demand, std::span<const Tokens> given) {
  std::vector<Tokens> windows(given.begin(), given.end());
  for (const auto& [num_ctx, count] : demand.num_ctx_asked) windows.push_back(num_ctx);
  for (Tokens step = 1024; step <= (Tokens{1} << 20); step *= 2)
    windows.insert(windows.end(), {step, step / 2 * 3});
  std::erase_if(windows, [](Tokens num_ctx) { return num_ctx < 256; });
  std::sort(windows.begin(), windows.end());
  windows.erase(std::unique(windows.begin(), windows.end()), windows.end());
  return windows;
}

Censoring detect_censoring(const DayDemand& pooled, std::span<const Tokens> windows,
                           std::span<const Tokens> num_keep) {
  if (pooled.prompt.empty()) return {};
  Censoring best;
  for (const Tokens num_ctx : windows) {
    Censoring found = explained_by(pooled, num_ctx, num_keep);
    if (found.verdict == CensoringVerdict::censored && found.rows > best.rows) best = std::move(found);
  }
  if (best.verdict == CensoringVerdict::none) best = client_limit(pooled.prompt, "prompt-limit");
  if (best.verdict == CensoringVerdict::none) best = client_limit(pooled.generation, "generation-limit");
  return best;
}

}  // namespace ctxcap::demand
