#include "demand/censoring.hpp"

#include <algorithm>

#include "demand/bodies.hpp"
#include "demand/findings.hpp"
#include "demand/heaps.hpp"

namespace ctxcap::demand {
namespace {

constexpr double kPartOfLog = 25.0;  // evidence asked of a part of the days: many parts are tried
constexpr i64 kFewestInPart = 50;

// Consecutive days of a trace, as a range of its map.
struct Days {
  std::map<Day, DayDemand>::const_iterator begin, end;
};

Period period_of_days(const Days& days) {
  std::vector<Tokens> maxima;
  for (auto day = days.begin; day != days.end; ++day) {
    if (!day->second.prompt.empty()) maxima.push_back(day->second.prompt.max());
  }
  return period_of(pooled(days.begin, days.end), maxima);
}

// The longest runs of days without a prompt above num_ctx: when the window was changed during the log,
// each of them may have been under this one.
std::vector<Days> runs_within(const Demand& demand, Tokens num_ctx) {
  std::vector<Days> runs;
  for (auto day = demand.days.begin(); day != demand.days.end();) {
    const auto begin = day;
    while (day != demand.days.end() && (day->second.prompt.empty() || day->second.prompt.max() <= num_ctx))
      ++day;
    if (day != begin) runs.push_back({begin, day});
    while (day != demand.days.end() && !day->second.prompt.empty() && day->second.prompt.max() > num_ctx)
      ++day;
  }
  return runs;
}

// Whether some value that this window would leave is worth a closer look, without adding the days up.
bool may_hold_mark(const Days& days, Tokens num_ctx, std::span<const Tokens> num_keep) {
  constexpr Tokens kReach = 64;
  constexpr double kWorthLooking = 1e-3;
  std::vector<Tokens> marks = half_cuts(num_ctx, num_keep);
  marks.insert(marks.end(), {num_ctx - 1, num_ctx});
  return std::any_of(marks.begin(), marks.end(), [&](Tokens mark) {
    i64 rows = 0, around = 0;
    for (auto day = days.begin; day != days.end; ++day) {
      rows += day->second.prompt.count_at(mark);
      around += count_between(day->second.prompt, mark - kReach, mark + kReach);
    }
    return heap_chance(rows, around - rows, kReach) <
           kWorthLooking;  // half the neighbours may lie beyond the window
  });
}

// The strongest finding in a part of the days, when the window was changed in between. A later part beats an
// earlier one: it is the one that tells what is still cut.
CensoringPeriod cut_in_part(const Demand& demand, std::span<const Tokens> windows,
                            std::span<const Tokens> num_keep) {
  CensoringPeriod best;
  double evidence = 0;
  for (const Tokens num_ctx : windows) {
    for (const Days& run : runs_within(demand, num_ctx)) {
      if (run.begin == demand.days.begin() && run.end == demand.days.end()) continue;  // tested with all days
      if (!may_hold_mark(run, num_ctx, num_keep)) continue;
      Period period = period_of_days(run);
      period.open_ended = false;  // that a part ends below a window is no news: the part was chosen so
      if (period.counts.prompt.count() < kFewestInPart) continue;
      Finding found = explained_by(period, num_ctx, num_keep);
      const Day last = std::prev(run.end)->first;
      const bool later = !best.last_day || last > *best.last_day;
      const bool stronger = best.last_day && last == *best.last_day && found.evidence > evidence;
      if (found.evidence < kPartOfLog || !(later || stronger)) continue;
      evidence = found.evidence;
      best = {std::move(found.censoring), last};
    }
  }
  return best;
}

// The window that every request carried. Some routes ignore it; then context_shift finds prompts above it, or
// errs on the safe side.
std::optional<Tokens> asked_by_all(const Demand& demand, const Period& all) {
  if (demand.num_ctx_asked.size() != 1) return std::nullopt;
  const auto& [num_ctx, count] = *demand.num_ctx_asked.begin();
  return count >= all.counts.prompt.count() ? std::optional<Tokens>(num_ctx) : std::nullopt;
}

// Lengths that are upper ends say at most that so many may have met the window.
Censoring may_have_met(const Demand& demand, const Period& all, std::optional<Tokens> in_force) {
  Censoring found;
  if (!in_force && !demand.windows.empty()) in_force = demand.windows.rbegin()->first;
  if (!in_force) return found;
  found.maybe_cut = all.counts.total.count_above(*in_force - 1);
  if (found.maybe_cut > 0) found.maybe_cut_by = *in_force;
  return found;
}

// Refusals need no proof: the need is beyond the largest window that was too small.
Censoring refused_beyond(const Demand& demand) {
  Censoring found;
  found.verdict = CensoringVerdict::censored;
  found.num_ctx = demand.refused_at.rbegin()->first;
  found.cut_to = *found.num_ctx + 1;
  for (const auto& [num_ctx, count] : demand.refused_at) found.rows += count;
  found.kinds.push_back("refused-prompt");
  return found;
}

// What would be proof, had somebody stated the window: of those that most servers run with.
void suspect_cuts(const Period& all, Censoring& found) {
  for (Tokens num_ctx = 4'096; num_ctx <= 131'072; num_ctx *= 2) {
    const Finding finding = explained_by(all, num_ctx, {}, true);
    if (finding.censoring.rows <= found.maybe_cut) continue;
    found.maybe_cut_by = num_ctx;
    found.maybe_cut = finding.censoring.rows;
  }
}

i64 cuts_of(const Demand& demand) {
  i64 cuts = 0;
  for (const auto& [num_ctx, count] : demand.cuts) cuts += count;
  return cuts;
}

// One cut with its true size is proof. It hides nothing: that size was counted.
Censoring proven_cuts(const Demand& demand) {
  Censoring found;
  found.verdict = CensoringVerdict::censored;
  found.sizes_known = true;
  if (const Tokens num_ctx = demand.cuts.rbegin()->first; num_ctx > 0) found.num_ctx = num_ctx;
  found.rows = cuts_of(demand);
  found.kinds.push_back("truncated-prompt");
  return found;
}

}  // namespace

std::vector<Tokens> plausible_windows(const Demand& demand, std::span<const Tokens> given) {
  std::vector<Tokens> windows(given.begin(), given.end());
  for (const auto& [num_ctx, count] : demand.num_ctx_asked) windows.push_back(num_ctx);
  for (const auto& [num_ctx, count] : demand.windows) windows.push_back(num_ctx);
  for (const auto& [num_ctx, count] : demand.cuts) windows.push_back(num_ctx);
  for (Tokens step = 1024; step <= (Tokens{1} << 20); step *= 2)
    windows.insert(windows.end(), {step, step / 2 * 3});
  std::erase_if(windows, [](Tokens num_ctx) { return num_ctx < 256 || num_ctx > (Tokens{1} << 40); });
  std::sort(windows.begin(), windows.end());
  windows.erase(std::unique(windows.begin(), windows.end()), windows.end());
  return windows;
}

CensoringPeriod detect_censoring(const Demand& demand, const CensoringOptions& options) {
  Period all = period_of_days({demand.days.begin(), demand.days.end()});
  if (all.counts.prompt.empty()) return {};
  all.not_whole += cuts_of(demand);
  // What is known beyond that window tells more than the refusal does.
  const bool ends_with_refusals =
      !demand.refused_at.empty() && all.counts.need.max() <= demand.refused_at.rbegin()->first + 1;
  if (ends_with_refusals) return {refused_beyond(demand), std::nullopt};
  if (demand.upper_ends) return {may_have_met(demand, all, options.in_force), std::nullopt};
  std::vector<Tokens> given = options.windows;
  if (options.in_force) given.push_back(*options.in_force);
  const std::vector<Tokens> windows = plausible_windows(demand, given);
  Finding best;
  for (const Tokens num_ctx : windows) {
    const bool stated = demand.num_ctx_asked.contains(num_ctx) || demand.windows.contains(num_ctx) ||
                        demand.cuts.contains(num_ctx) || options.in_force == num_ctx;
    Finding found = explained_by(all, num_ctx, options.num_keep, stated);
    if (found.evidence > 0 && refuted_by_bodies(demand.bodies, found.censoring)) found = {};
    Finding by_bodies = explained_by_bodies(demand.bodies, all, num_ctx, options.num_keep);
    if (found.evidence == 0) found = std::move(by_bodies);
    if (found.evidence > best.evidence) best = std::move(found);
  }
  const std::optional<Tokens> in_force = options.in_force ? options.in_force : asked_by_all(demand, all);
  // Where cuts were counted with their true sizes, prompts above the window are those.
  if (best.evidence == 0 && in_force && demand.cuts.empty()) best = context_shift(all, *in_force);
  if (best.evidence > 0) {
    best.censoring.estimated_max = estimated_prompt(demand.bodies, best.censoring);
    return {best.censoring, std::nullopt};
  }
  CensoringPeriod part = cut_in_part(demand, windows, options.num_keep);
  if (part.last_day) return part;
  if (!demand.cuts.empty()) return {proven_cuts(demand), std::nullopt};
  Censoring found = client_limit(all.counts.prompt, "prompt-limit");
  if (found.verdict == CensoringVerdict::none)
    found = client_limit(all.counts.generation, "generation-limit");
  if (found.verdict == CensoringVerdict::none) suspect_cuts(all, found);
  return {found, std::nullopt};
}

}  // namespace ctxcap::demand
