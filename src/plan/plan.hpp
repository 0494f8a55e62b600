#pragma once
// Decisions -> what is to be created.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "data/decision.hpp"
#include "data/described_model.hpp"
#include "data/plan.hpp"
#include "plan/changes.hpp"  // a variant as it is to be, against what is there
#include "plan/serving.hpp"

namespace ctxcap::plan {

struct VariantOptions {
  std::string tag;   // of the variant; empty: made from the job's name, "capped" for several jobs
  std::string name;  // whole name, overrides `tag`; empty: made from base and tag
  std::optional<std::string> system;
  std::vector<std::pair<std::string, std::string>> parameters;
  std::string base_digest;          // where known
  std::vector<Inherited> inherits;  // by what is made from that base
};

// The variant that a decision asks for, not yet rendered. Errors (ErrorKind::usage): a name outside Ollama's
// grammar. `decision.num_ctx` is known.
Result<Variant> plan_variant(const BaseDecision& decision, const VariantOptions& options);

// SYSTEM and PARAMETERs that the variant of before has and `variant` says nothing of stay: they are part of
// what it is, and no analysis decides them.
void keep_of_before(const Variant& before, Variant& variant);

// What the one of before has, and `variant` would lose; in words without texts.
std::vector<std::string> lost_from(const Variant& before, const Variant& variant);

// Why, in lines for the head of a Modelfile: counts only, nobody's text but the names of jobs.
std::vector<std::string> reasons_for(const BaseDecision& decision, const Variant& variant,
                                     const std::string& version);

// The reason of its window, out of the head of its Modelfile; empty: it does not say.
std::string reason_in(const Variant& variant);

// A SYSTEM text was given that sets nothing; nullopt: it sets something, or there is none.
std::optional<Warning> empty_system(const Variant& variant);

// A tag out of a job's name: "Mail / Triage v2" -> "mail-triage-v2"; "capped" where nothing is left.
std::string tag_of_job(const std::string& job);

}  // namespace ctxcap::plan
