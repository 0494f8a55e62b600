#include "policy/by_hand.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "data/model_name.hpp"

namespace ctxcap::policy {
namespace {

std::vector<DecisionRecord> for_each_job(DecisionRecord record, const std::vector<std::string>& jobs) {
  std::vector<DecisionRecord> records;
  for (const std::string& job : jobs) {
    record.job = job;
    records.push_back(record);
  }
  return records;
}

}  // namespace

Action action_between(Tokens from, Tokens to) {
  return from < to ? Action::grow : from == to ? Action::keep : Action::shrink;
}

std::vector<DecisionRecord> records_of_apply(const Variant& variant, std::optional<Tokens> before,
                                             const std::string& reason, const Error* error, Instant now) {
  DecisionRecord record{.at = now,
                        .model = variant.base,
                        .from_num_ctx = before,
                        .to_num_ctx = variant.num_ctx,
                        // A variant is a cap.
                        .action = before ? action_between(*before, variant.num_ctx) : Action::shrink,
                        .reason = reason.empty() ? "applied by hand" : "applied by hand: " + reason,
                        .outcome = Outcome::applied};
  if (error != nullptr) {
    record.outcome = error->kind == ErrorKind::unverified ? Outcome::undone : Outcome::failed;
    record.reason = fmt::format("applied by hand: {}: {}", error->what, error->why);
  }
  return for_each_job(std::move(record), variant.jobs);
}

std::vector<DecisionRecord> records_of_rollback(const WayBack& way, Instant now) {
  const Variant& gone = way.now.variant;
  DecisionRecord record{.at = now,
                        .model = gone.base,
                        .from_num_ctx = gone.num_ctx,
                        .action = Action::withhold,
                        .reason = "rolled back by hand",
                        .outcome = Outcome::rolled_back};
  if (way.before && !way.gives_back()) {
    record.to_num_ctx = way.before->variant.num_ctx;
    record.action = action_between(gone.num_ctx, *record.to_num_ctx);
  }
  return for_each_job(std::move(record), gone.jobs);
}

std::vector<DecisionRecord> records_of_recovered(const Journal& journal,
                                                 const std::optional<OwnedVariant>& before,
                                                 const std::string& reason) {
  std::vector<DecisionRecord> records;
  if (journal.rollback && before) {
    WayBack way{.now = *before};
    if (!journal.variant.name.empty()) way.before = OwnedVariant{.variant = journal.variant};
    records = records_of_rollback(way, journal.since);
  } else if (!journal.rollback) {
    const auto window =
        before && before->kept_as.empty() ? std::optional(before->variant.num_ctx) : std::nullopt;
    records = records_of_apply(journal.variant, window, reason, nullptr, journal.since);
  }
  for (DecisionRecord& record : records) {
    record.host = journal.host;
    record.run = journal.run;
    if (journal.run != 0) record.reason = reason.empty() ? "applied by a night" : reason;
    record.reason += "; it was interrupted, and the next run finished it";
  }
  return records;
}

Status check_names(std::span<const Variant> variants) {
  for (std::size_t i = 0; i < variants.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      if (!same_model(variants[i].name, variants[k].name)) continue;
      return fail({.kind = ErrorKind::usage,
                   .what = fmt::format("the plan creates {} twice", variants[i].name),
                   .why = "to Ollama its models are one: it ignores case and default namespaces",
                   .hint = "merge the names in the traces, or leave one model out"});
    }
  }
  return {};
}

Status check_verdict(bool over_budget, const std::vector<std::string>& against) {
  if (over_budget) {
    return fail(
        {.kind = ErrorKind::over_budget,
         .what = "nothing was applied: it does not fit the card",
         .why = "with everything else it needs more memory than there is, or Ollama would not keep it loaded",
         .hint = "take one of the ways that ctxcap analyze --details lists, or insist with --force"});
  }
  if (against.empty()) return {};
  return fail(
      {.kind = ErrorKind::withheld,
       .what = "nothing was applied: the analysis advises against it",
       .why = join(against, "; "),
       .hint = "collect more requests, with a larger window where they were cut; or insist with --force"});
}

}  // namespace ctxcap::policy
