#pragma once
// Changes that a person asked for: what forbids them, and what is written down, one record for each job of
// the variant.

#include <optional>
#include <span>
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

// Of a change that was cut short and brought to its end later. `before`: what was known under the name.
std::vector<DecisionRecord> records_of_recovered(const Journal& journal,
                                                 const std::optional<OwnedVariant>& before,
                                                 const std::string& reason);

// One plan, one change for each name: the second would replace the first.
Status check_names(std::span<const Variant> variants);

// A plan's verdict binds who applies it. `against`: what speaks against its variants, a sentence each.
Status check_verdict(bool over_budget, const std::vector<std::string>& against);

}  // namespace ctxcap::policy
