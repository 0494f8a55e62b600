#include "policy/by_hand.hpp"

#include <fmt/format.h>

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

}  // namespace ctxcap::policy
