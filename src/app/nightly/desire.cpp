#include "app/nightly/desire.hpp"

#include <algorithm>

namespace ctxcap::app {
namespace {

// A limit that was derived only moves with the window, or when answers need more: not every night by a step.
Tokens limit_for(const Group& group, const KeptVariant& kept, Tokens window, Tokens derived) {
  if (limit_of(*kept.wanted) || !kept.ours || kept.ours->variant.num_ctx != window) return derived;
  const Tokens now = kept.ours->variant.num_predict;
  // Answers as long as the limit were cut by it, and how long they would be nobody knows.
  for (const Demand& part : group.under_cap) {
    const DayDemand days = part.pooled();
    if (now > 0 && now == derived && days.generation.count_at(now) > 0) return std::min(2 * now, window);
  }
  return std::max(now, derived);
}

void compare(const Group& group, const KeptVariant& kept, Desire& desire) {
  const auto differs = [&](Difference difference, const char* why) {
    desire.difference = std::max(desire.difference, difference);
    if (desire.why.empty()) desire.why = why;
  };
  if (!kept.ours) return differs(Difference::runner, kept.place.there ? "" : "it is not there");
  const Variant& now = kept.ours->variant;
  const Variant& then = desire.variant;
  if (now.num_ctx != then.num_ctx) differs(Difference::runner, "");
  if (!group.model.digest.empty() && now.base_digest != group.model.digest)
    differs(Difference::runner, "its base was pulled anew");
  if (now.parameters != then.parameters)
    differs(Difference::runner, "the configuration gives it other parameters");
  if (now.system != then.system) differs(Difference::texts, "the configuration gives it another SYSTEM text");
  if (now.num_predict != then.num_predict) differs(Difference::texts, "answers need another limit");
}

Result<std::optional<std::string>> system_of(const settings::Variant& wanted, Night& night) {
  if (wanted.system_file.empty()) return std::optional<std::string>{};
  TRY_ASSIGN(std::string text, night.world.files.read_all(wanted.system_file));
  if (text.ends_with('\n')) text.pop_back();  // of the file, not of the prompt
  if (text.ends_with('\r')) text.pop_back();
  return std::optional(std::move(text));
}

}  // namespace

BaseDecision decision_at(const Group& group, const settings::Variant& wanted, Tokens window,
                         const std::string& reason) {
  BaseDecision decision = group.analysis->decision;
  decision.num_ctx = window;
  std::vector<JobDecision> jobs;
  for (const JobDecision& job : decision.jobs) {
    if (serves(wanted, job.stats.job)) jobs.push_back(job);
  }
  if (!jobs.empty()) decision.jobs = std::move(jobs);
  const bool moved = group.analysis->decision.num_ctx != window;
  decision.num_predict = 0;
  for (JobDecision& job : decision.jobs) {
    job.num_ctx = window;
    if (moved) job.reason = reason;
    for (Candidate& candidate : job.candidates) candidate.taken = candidate.num_ctx == window;
    if (!job.num_predict || !decision.num_predict) decision.num_predict.reset();
    if (decision.num_predict) decision.num_predict = std::max(*decision.num_predict, *job.num_predict);
  }
  return decision;
}

Result<Desire> desire(const Group& group, const KeptVariant& kept, const std::string& name, Tokens window,
                      const std::string& reason, Night& night) {
  BaseDecision decision = decision_at(group, *kept.wanted, window, reason);
  decision.num_predict = limit_for(group, kept, window, decision.num_predict.value_or(0));
  AnalyzeOptions options = group.options;
  options.variant.name = name;
  TRY_ASSIGN(options.variant.system, system_of(*kept.wanted, night));
  options.variant.parameters = kept.wanted->parameters;
  std::erase_if(options.variant.parameters,
                [](const auto& parameter) { return parameter.first == "num_predict"; });
  TRY_ASSIGN(std::optional<Variant> variant, variant_for(decision, group.model, options));
  if (!variant) {
    return fail({.kind = ErrorKind::failure,
                 .what = "no variant can be made of " + group.base,
                 .why = "it runs in a cloud, or it cannot generate text",
                 .hint = "name a base that is installed on this server and can"});
  }
  variant->jobs = kept.wanted->jobs.empty() ? variant->jobs : kept.wanted->jobs;
  variant->replaces_digest.reset();  // this run has just looked, and holds the lock
  Desire desired{.variant = std::move(*variant)};
  compare(group, kept, desired);
  return desired;
}

}  // namespace ctxcap::app
