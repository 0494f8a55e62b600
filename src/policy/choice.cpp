#include "policy/choice.hpp"

#include <algorithm>

namespace ctxcap::policy {
namespace {

// Rungs anybody may choose: the grid, native, the declared maximum. A window that is only in use is not one.
bool is_rung(Tokens num_ctx, const std::optional<ModelArch>& arch) {
  return on_grid(num_ctx) || (arch && (arch->native_ctx == num_ctx || arch->max_ctx == num_ctx));
}

std::optional<Tokens> smallest_rung(Tokens at_least, const std::optional<ModelArch>& arch,
                                    std::span<const Rung> rungs) {
  for (const Rung& rung : rungs) {
    if (rung.num_ctx >= at_least && is_rung(rung.num_ctx, arch)) return rung.num_ctx;
  }
  return std::nullopt;
}

// The one window that all jobs run with today, if there is one.
std::optional<Tokens> window_in_use(std::span<const JobInput> jobs) {
  std::optional<Tokens> in_use;
  for (const JobInput& job : jobs) {
    if (!job.current || (in_use && *in_use != job.current->num_ctx)) return std::nullopt;
    in_use = job.current->num_ctx;
  }
  return in_use;
}

Tokens largest_in_use(std::span<const JobInput> jobs) {
  Tokens window = 0;
  for (const JobInput& job : jobs) window = std::max(window, job.current ? job.current->num_ctx : 0);
  return window;
}

}  // namespace

Choice choose(std::span<const JobInput> jobs, const std::optional<ModelArch>& arch,
              std::span<const Rung> rungs, const Options& options) {
  Choice choice{.required = largest_required(jobs), .cut_at = largest_cutting_window(jobs)};
  choice.smallest_rung = smallest_rung(choice.required, arch, rungs);
  const auto take = [&](std::optional<Tokens> num_ctx, Why why) {
    choice.num_ctx = num_ctx;
    choice.why = why;
    return choice;
  };

  const bool answers_unknown = std::any_of(jobs.begin(), jobs.end(), [](const JobInput& job) {
    return job.stats.unknown_generation > 0 && !job.stats.num_predict;
  });
  if (options.num_ctx) return take(options.num_ctx, Why::explicit_window);
  if (answers_unknown) return take(std::nullopt, Why::no_answers);
  if (choice.cut_at > 0) {
    const auto above = smallest_rung(std::max(window_to_grow_to(jobs), choice.required), arch, rungs);
    const Tokens in_use = largest_in_use(jobs);
    if (above && in_use >= *above) return take(in_use, Why::watch);  // a job that was cut never shrinks
    return above ? take(above, Why::grow) : take(std::nullopt, Why::nothing);
  }
  const std::optional<Tokens> max = arch ? arch->max_ctx : std::nullopt;
  if (!choice.smallest_rung) return max ? take(max, Why::declared_max) : take(std::nullopt, Why::nothing);

  const std::optional<Tokens> native = arch ? arch->native_ctx : std::nullopt;
  const Tokens rung = *choice.smallest_rung;
  if (native == rung) return take(rung, Why::smallest_native);
  const bool native_near = native && *native >= choice.required &&
                           static_cast<double>(*native) <= options.native_stretch * static_cast<double>(rung);
  if (native_near) return take(native, Why::native);
  const std::optional<Tokens> in_use = window_in_use(jobs);
  if (in_use && *in_use >= choice.required && *in_use < rung) return take(in_use, Why::in_use);
  return take(rung, Why::smallest);
}

}  // namespace ctxcap::policy
