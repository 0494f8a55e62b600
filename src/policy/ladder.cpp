// The windows worth considering. See policy.hpp for the rule.

#include <algorithm>

#include "policy/choice.hpp"
#include "policy/policy.hpp"

namespace ctxcap::policy {

bool on_grid(Tokens num_ctx) {
  while (num_ctx > 1024 && num_ctx % 2 == 0) num_ctx /= 2;
  return num_ctx == 1024 || num_ctx == 768;  // 768 = 1.5 x 512: 1,536, 3,072, 6,144 ...
}

Tokens largest_required(std::span<const JobInput> jobs) {
  Tokens required = 0;
  for (const JobInput& job : jobs) required = std::max(required, job.stats.required.num_ctx);
  return required;
}

Tokens largest_cutting_window(std::span<const JobInput> jobs) {
  Tokens window = 0;
  for (const JobInput& job : jobs) {
    const Censoring& censoring = job.stats.censoring;
    if (hides_need(censoring)) window = std::max(window, censoring.num_ctx.value_or(0));
  }
  return window;
}

Tokens window_to_grow_to(std::span<const JobInput> jobs) {
  Tokens window = 0;
  for (const JobInput& job : jobs) {
    const Censoring& censoring = job.stats.censoring;
    if (!hides_need(censoring)) continue;
    window = std::max({window, censoring.num_ctx.value_or(0) + 1, censoring.grow_to.value_or(0)});
  }
  return window;
}

std::vector<Tokens> ladder(std::span<const JobInput> jobs, const std::optional<ModelArch>& arch,
                           const Options& options) {
  const std::optional<Tokens> max = arch ? arch->max_ctx : std::nullopt;
  const std::optional<Tokens> native = arch ? arch->native_ctx : std::nullopt;
  // Whether a model that nobody described sees images is unknown, so it gets their floor.
  const Tokens floor = !arch || arch->vision ? kVisionFloor : kSmallestRung;

  std::vector<Tokens> marks;  // windows that must be on the ladder whatever the grid says
  if (native) marks.push_back(*native);
  if (options.num_ctx) marks.push_back(*options.num_ctx);
  for (const JobInput& job : jobs) {
    if (job.current) marks.push_back(job.current->num_ctx);
  }

  Tokens top = std::max({floor, largest_required(jobs), window_to_grow_to(jobs)});
  for (const Tokens mark : marks) top = std::max(top, mark);

  std::vector<Tokens> windows = marks;
  if (max) windows.push_back(*max);
  for (Tokens rung = kSmallestRung; rung <= kLargestRung; rung *= 2) {
    windows.push_back(rung);
    windows.push_back(rung + rung / 2);
    if (rung >= top) break;
  }
  std::sort(windows.begin(), windows.end());
  windows.erase(std::unique(windows.begin(), windows.end()), windows.end());

  // The declared maximum alone may lie far above everything else: one rung above `top` is enough.
  const auto above = std::lower_bound(windows.begin(), windows.end(), top);
  if (above != windows.end()) windows.erase(std::min(above + 2, windows.end()), windows.end());
  std::erase_if(windows, [&](Tokens window) {
    const bool explicit_window = options.num_ctx && window == *options.num_ctx;
    return !explicit_window && (window < floor || (max && window > *max));
  });
  return windows;
}

}  // namespace ctxcap::policy
