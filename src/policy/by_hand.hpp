#pragma once
// What is written down of changes that a person asked for: one record for each job of the variant.

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "data/history.hpp"
#include "data/owned.hpp"

namespace ctxcap::policy {

// What a change of the window means.
Action action_between(Tokens from, Tokens to);

// `before`: the window of the variant of ours that it replaced; nullopt: there was none. `reason`: of the
// plan; may be empty. `error`: it failed.
std::vector<DecisionRecord> records_of_apply(const Variant& variant, std::optional<Tokens> before,
                                             const std::string& reason, const Error* error, Instant now);

std::vector<DecisionRecord> records_of_rollback(const WayBack& way, Instant now);

}  // namespace ctxcap::policy
