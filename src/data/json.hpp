#pragma once
// The nouns as JSON, and back: the only place that does it. Keys are promises to other people's scripts; see
// README "Machine output". Unknown is null, tokens and bytes are integers, shares are in 0..1.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "data/analysis.hpp"
#include "data/verdict.hpp"

namespace ctxcap {

// "ctxcap.analysis/1", indented, the same bytes for the same analysis.
std::string analysis_json(const Analysis& analysis);

// The variants that a saved analysis would create. Errors name the key: no JSON, another schema, a value of
// the wrong type. What is read is not trusted: render/ checks it again before anything is created.
Result<std::vector<Variant>> variants_of_plan(std::string_view json, const std::string& origin);
// The analysis was made for a card, and says what fits it.
bool plan_has_card(std::string_view json);
// What a saved analysis came to; nullopt: it does not say.
std::optional<PlanVerdict> verdict_of_plan(std::string_view json);

// One variant by itself, as state/ keeps it.
std::string variant_json(const Variant& variant);
std::string residents_json(const std::vector<LoadedModel>& residents);
// What cannot be read is left out.
std::vector<LoadedModel> residents_of_json(std::string_view json);
Result<Variant> variant_of_json(std::string_view json, const std::string& origin);

}  // namespace ctxcap
