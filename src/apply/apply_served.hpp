#pragma once
// `apply` for servers where nothing is created.

#include <vector>

#include "apply/apply_variants.hpp"
#include "data/serving.hpp"
#include "data/verdict.hpp"

namespace ctxcap::apply {

// Edits the preset of llama-server's router and proves it, or llama-swap's configuration; what has no file to
// edit is printed, rendered and not applied. Errors as of runtime::change_router() and edit_swap(), and where
// the verdict speaks against a change.
Result<cli::ExitCode> apply_served(const std::vector<ServedPlan>& plans, const PlanVerdict& verdict,
                                   const ServedPlace& place, const ApplyFlags& flags, World& world,
                                   cli::Talk& talk);

}  // namespace ctxcap::apply
