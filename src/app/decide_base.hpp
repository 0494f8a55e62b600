#pragma once
// Inside app/: the parts of one base model's decision, for the walk and for nightly.

#include <optional>
#include <span>
#include <vector>

#include "app/describe.hpp"
#include "app/options.hpp"
#include "data/analysis.hpp"

namespace ctxcap::app {

// The first that is known: what requests carry, the model's PARAMETER, the environment, what is loaded now.
std::optional<CurrentWindow> current_window(const DemandStats& stats, const DescribedModel& model,
                                            std::optional<Tokens> environment_ctx);

policy::JobInput job_input(const Demand& demand, const DescribedModel& model, const AnalyzeOptions& options);

// An unknown architecture costs an unknown amount: the rung stays, its bytes are nullopt.
Result<std::vector<Rung>> price(std::span<const Tokens> windows, const DescribedModel& model,
                                const RuntimeSettings& settings);

// The variant that the decision asks for, rendered; nullopt where there can be none.
Result<std::optional<Variant>> variant_for(const BaseDecision& decision, const DescribedModel& model,
                                           const AnalyzeOptions& options);

}  // namespace ctxcap::app
