#include "demand/findings.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "demand/edges.hpp"
#include "demand/heaps.hpp"

namespace ctxcap::demand {
namespace {

// Chosen by simulation (tests/oracle/censoring_power_test.cpp): power against false alarms.
constexpr double kStated = 8.5;  // 2e-4: a heap at the mark of a window that is known to have been in force
constexpr i64 kFewestRows = 4;   // of a heap at a window that is a guess; of one that is known 3 are enough
constexpr double kWorthAdding = 6.9;   // 1e-3: a heap that the end of the prompts at the window may confirm
constexpr double kFarFromWindow = 23;  // a heap whose window is far from all prompts that passed
constexpr double kWallAlone = 9.0;     // no heap, but the prompts end at a window that many people choose
constexpr double kWallAtOdd = 12.0;    // the same at one that few people choose
constexpr double kWallWithPile = 6.0;  // the same when they pile up there beyond doubt
constexpr double kPile = 14.0;
constexpr double kOddlyFar = 5.0;
constexpr Tokens kLastMessage = 200;       // some history comes this close to the window, or within 2 % of it
constexpr Tokens kLargestGuess = 262'144;  // beyond Ollama's largest default a window must be known

double heap_evidence(const Histogram& histogram, Tokens value) {
  return -std::log(std::max(heap_chance(histogram, value), 1e-300));
}

Histogram up_to(const Histogram& histogram, Tokens last) {
  Histogram part = histogram;
  std::erase_if(part.bins, [&](const Bin& bin) { return bin.tokens > last; });
  return part;
}

// A value at which a window leaves its mark.
struct Mark {
  const Histogram* histogram;
  Tokens tokens;
  const char* kind;
};

std::vector<Mark> marks_of(const DayDemand& counts, const Histogram& prompt, Tokens num_ctx,
                           std::span<const Tokens> num_keep) {
  std::vector<Mark> marks{{&prompt, num_ctx - 1, "full-window-cut"}, {&prompt, num_ctx, "full-window-cut"}};
  if (prompt.max() >= num_ctx) return marks;
  for (const Tokens cut : half_cuts(num_ctx, num_keep)) marks.push_back({&prompt, cut, "half-window-cut"});
  if (counts.total.count_above(num_ctx) == counts.prompt.count_above(num_ctx)) {
    marks.push_back({&counts.total, num_ctx, "cut-answer"});
  }
  return marks;
}

// Whether about so many requests share a value all over: a job that repeats its prompts.
bool is_habit(const Histogram& histogram, i64 rows) {
  const i64 such = std::count_if(histogram.bins.begin(), histogram.bins.end(),
                                 [&](const Bin& bin) { return bin.count >= rows; });
  constexpr Tokens kRare = 150;  // one value of so many, beside the mark itself
  return (such - 1) * kRare > histogram.max() - histogram.min();
}

// A window leaves prompts between its mark and itself alone: where they end at the mark, somebody else stops
// them.
bool ends_at(const Histogram& smooth, Tokens mark) {
  if (smooth.count_above(mark) > 0) return false;
  const Histogram below = up_to(smooth, mark - 1);
  return !below.empty() && wall_at(below, mark).walled > kWorthAdding;
}

// Prompts that end at the window without a heap: oldest messages were dropped until they fitted.
void add_dropped_history(Finding& found, const Histogram& prompt, const Histogram& smooth, const Wall& wall,
                         Tokens num_ctx) {
  const double ends_here = std::max(wall.walled, wall.overflow);
  if (ends_here < kWallWithPile || wall.distance > kOddlyFar || num_ctx > kLargestGuess) return;
  if (num_ctx - prompt.max() > std::max(kLastMessage, num_ctx / 50)) return;
  const Pile pile = pile_below(smooth, num_ctx);
  const bool common = std::has_single_bit(static_cast<std::uint64_t>(num_ctx));
  const double needed = pile.gain > kPile ? kWallWithPile : common ? kWallAlone : kWallAtOdd;
  if (pile.even || ends_here < needed) return;
  found.evidence = ends_here;
  found.censoring.rows = count_between(prompt, pile.start, num_ctx);
  found.censoring.cut_to = pile.start;
  found.censoring.kinds.push_back("dropped-history");
}

}  // namespace

std::vector<Tokens> half_cuts(Tokens num_ctx, std::span<const Tokens> num_keep) {
  std::vector<Tokens> cuts{half_cut(num_ctx, 4), half_cut(num_ctx, 5)};
  for (const Tokens keep : num_keep)
    cuts.insert(cuts.end(), {half_cut(num_ctx, keep), half_cut(num_ctx, keep + 1)});
  std::sort(cuts.begin(), cuts.end());
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  return cuts;
}

Period period_of(DayDemand counts, std::span<const Tokens> daily_maxima) {
  Period period{.counts = std::move(counts), .smooth = {}, .open_ended = false, .not_whole = 0};
  const Histogram& prompt = period.counts.prompt;
  if (prompt.empty()) return period;
  period.smooth = without_heaps(prompt);
  period.not_whole = prompt.count() - period.counts.generation.count();
  // Prompts of one conversation resemble each other: the end must have been reached on several days.
  const Tokens high = prompt.at_rank(std::max<i64>(prompt.count() - 7, 1));
  const i64 days =
      std::count_if(daily_maxima.begin(), daily_maxima.end(), [&](Tokens max) { return max >= high; });
  period.open_ended = heap_evidence(prompt, prompt.max()) < kBeyondDoubt &&
                      (daily_maxima.size() < 5 || days >= 3) &&
                      client_limit(prompt, "").verdict == CensoringVerdict::none;
  return period;
}

Finding explained_by(const Period& period, Tokens num_ctx, std::span<const Tokens> num_keep, bool stated) {
  Finding found;
  const i64 over = period.counts.prompt.count_above(num_ctx);
  if (over > period.not_whole) return found;  // a prompt passed whole that this window would have cut
  const Histogram prompt = over > 0 ? up_to(period.counts.prompt, num_ctx) : period.counts.prompt;
  const Histogram smooth = over > 0 ? up_to(period.smooth, num_ctx) : period.smooth;
  if (prompt.empty()) return found;
  const Wall wall = wall_at(smooth, std::max(num_ctx, prompt.max() + 1));
  const double needed = stated ? kStated : prompt.max() < num_ctx / 10 * 7 ? kFarFromWindow : kBeyondDoubt;
  for (const Mark& mark : marks_of(period.counts, prompt, num_ctx, num_keep)) {
    const double heap = heap_evidence(*mark.histogram, mark.tokens);
    const double evidence = heap + (mark.histogram == &prompt ? wall.walled : 0);
    const i64 rows = mark.histogram->count_at(mark.tokens);
    if (heap < kWorthAdding || evidence < needed || (!stated && rows < kFewestRows)) continue;
    if (evidence < kBeyondDoubt && is_habit(*mark.histogram, rows)) continue;
    const bool may_be_a_limit = !stated && mark.histogram == &prompt && mark.tokens < num_ctx - 1;
    if (may_be_a_limit && ends_at(smooth, mark.tokens)) continue;
    found.evidence += evidence;
    found.censoring.rows += rows;
    found.censoring.cut_to = std::min(found.censoring.cut_to.value_or(mark.tokens), mark.tokens);
    std::vector<std::string>& kinds = found.censoring.kinds;
    if (kinds.empty() || kinds.back() != mark.kind) kinds.push_back(mark.kind);
  }
  if (found.censoring.kinds.empty() && period.open_ended)
    add_dropped_history(found, prompt, smooth, wall, num_ctx);
  if (found.censoring.kinds.empty()) return found;
  found.censoring.verdict = CensoringVerdict::censored;
  found.censoring.num_ctx = num_ctx;
  return found;
}

Finding context_shift(const Period& period, Tokens num_ctx) {
  const i64 rows = period.counts.total.count_above(num_ctx) - period.counts.prompt.count_above(num_ctx);
  if (period.counts.prompt.count_above(num_ctx) > period.not_whole || rows == 0) return {};
  Finding found;
  found.censoring.verdict = CensoringVerdict::censored;
  found.censoring.num_ctx = num_ctx;
  found.censoring.rows = rows;
  found.censoring.kinds.push_back("context-shift");
  found.censoring.cut_to = num_ctx + 1;
  found.evidence = kBeyondDoubt;
  return found;
}

Censoring client_limit(const Histogram& histogram, const char* kind) {
  Censoring found;
  if (histogram.empty()) return found;
  constexpr Tokens kSpread = 4;
  const i64 requests = histogram.count();
  const i64 few = std::max<i64>(requests / 200, 1);  // requests that may lie above a limit
  for (auto bin = histogram.bins.rbegin(); bin != histogram.bins.rend(); ++bin) {
    if (histogram.count_above(bin->tokens) > few) break;
    if (heap_evidence(histogram, bin->tokens) < kBeyondDoubt) continue;
    const Tokens limit = histogram.max() - bin->tokens <= kSpread ? histogram.max() : bin->tokens;
    const i64 rows = count_between(histogram, bin->tokens - kSpread, limit);
    if (requests - rows < requests / 10) break;  // nearly all are alike: a template, not a limit
    const std::vector<Heap> heaps = heaps_of(up_to(histogram, bin->tokens - kSpread - 1));
    const bool ties = std::any_of(heaps.begin(), heaps.end(), [&](const Heap& heap) {
      return heap.tokens * 2 > limit && heap.rows * 2 > rows;
    });
    if (ties) break;  // such heaps are this job's habit
    found.verdict = CensoringVerdict::client_limit;
    found.num_ctx = limit;
    found.rows = rows;
    found.kinds.push_back(kind);
    break;
  }
  return found;
}

}  // namespace ctxcap::demand
