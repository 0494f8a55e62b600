#include "policy/reasons.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/time.hpp"
#include "base/units.hpp"

namespace ctxcap::policy {
namespace {

std::string basis_text(const DemandStats& stats) {
  if (only_next_try(stats)) return "the " + with_commas(stats.required.num_ctx) + " to try next";
  const std::string needed = with_commas(stats.required.num_ctx) + " tokens";
  const bool little = stats.required.basis == Basis::little_data;
  return little ? needed + " (little data: the longest and a quarter more)" : needed;
}

// " (+1.25 GiB)" of cache, or nothing where either is unknown.
std::string extra_memory(const Footprint& memory, const Footprint& taken) {
  const std::optional<Bytes> here = kv_cache_bytes(memory), there = kv_cache_bytes(taken);
  return here && there ? fmt::format(" (+{})", human_bytes(*here - *there)) : std::string();
}

// " (12 requests, the last on 2026-05-01; 200 since then are too few to decide without them)"
std::string old_cuts(const Censoring& cut, Tokens by) {
  if (!cut.last_day || cut.num_ctx != by) return {};
  return fmt::format(" ({}, the last on {}; {} since then are too few to decide without them)",
                     counted(cut.rows, "request"), iso_date(*cut.last_day), with_commas(cut.since));
}

}  // namespace

std::string reason_of(const Choice& choice, const DemandStats& deciding_job) {
  const std::string needed = basis_text(deciding_job);
  const std::string cap = choice.num_ctx ? with_commas(*choice.num_ctx) : "";
  switch (choice.why) {
    case Why::smallest:
      return fmt::format("the smallest step that holds {}", needed);
    case Why::smallest_native:
      return fmt::format("native, and the smallest step that holds {}", needed);
    case Why::native:
      return fmt::format("native, close to {}, the smallest step that holds {}",
                         with_commas(choice.smallest_rung.value_or(0)), needed);
    case Why::in_use:
      return fmt::format("the window in use holds {}; the next step would be larger", needed);
    case Why::declared_max:
      return fmt::format("all that the model declares, for {}", needed);
    case Why::explicit_window:
      return fmt::format("set by num_ctx; the data asks for {}", needed);
    case Why::grow:
      return fmt::format("the window of {} cut requests{}, so their need is unknown: grow, then watch",
                         with_commas(choice.cut_at), old_cuts(deciding_job.censoring, choice.cut_at));
    case Why::watch:
      return fmt::format(
          "the window of {} cut requests{}, so their need is unknown: keep the one in use, and watch",
          with_commas(choice.cut_at), old_cuts(deciding_job.censoring, choice.cut_at));
    case Why::no_answers:
      return "no log says how much is generated, so the room for answers is unknown";
    case Why::nothing:
      return choice.cut_at > 0
                 ? fmt::format("the window of {} cut requests, and the model declares no larger one",
                               with_commas(choice.cut_at))
                 : "no window is large enough";
  }
  return {};
}

namespace {

// Why a smaller window that holds what is required was not taken.
std::string preferred_over(const Choice& choice) {
  switch (choice.why) {
    case Why::explicit_window:
      return "smaller than the window that was set";
    case Why::grow:
      return "requests were cut, and may need more than this";
    case Why::watch:
      return "smaller than the window in use, which stays until the need is known";
    default:
      return "would do, but native is close";
  }
}

}  // namespace

std::string candidate_reason(const Choice& choice, const Rung& rung, i64 over, const JobInput& job,
                             const std::optional<ModelArch>& arch, const Footprint* taken) {
  const Required& required = job.stats.required;
  if (choice.num_ctx == rung.num_ctx) return reason_of(choice, job.stats);
  if (over > 0) {
    return fmt::format("{}{} of {} needed more", need_is_unknown(job.stats) ? "at least " : "",
                       with_commas(over), counted(job.stats.requests, "request"));
  }
  if (choice.cut_at >= rung.num_ctx)
    return fmt::format("the window of {} cut requests", with_commas(choice.cut_at));
  if (required.num_ctx > rung.num_ctx) return fmt::format("less than {}", basis_text(job.stats));
  if (choice.num_ctx && rung.num_ctx < *choice.num_ctx) {
    if (rung.num_ctx >= choice.required) return preferred_over(choice);
    return fmt::format("enough for this job; another job on the same weights needs {}",
                       with_commas(choice.required));
  }
  std::string reason = need_is_unknown(job.stats) ? "larger than the one to try next" : "larger than needed";
  if (taken != nullptr) reason += extra_memory(rung.memory, *taken);
  const bool past_native = arch && arch->native_ctx && rung.num_ctx > *arch->native_ctx;
  if (past_native) reason += ", past native";
  return reason;
}

}  // namespace ctxcap::policy
