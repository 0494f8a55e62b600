#pragma once
// the parts of one base model's decision, for the walk and for nightly.

#include <optional>
#include <span>
#include <vector>

#include "advise/options.hpp"
#include "data/analysis.hpp"
#include "describe/describe.hpp"

namespace ctxcap::advise {

policy::JobInput job_input(const Demand& demand, const DescribedModel& model, const AnalyzeOptions& options);

// One window for all jobs of a base model, with the price of each that was considered.
Result<BaseDecision> decide_base(const std::string& name, std::vector<policy::JobInput> jobs,
                                 const DescribedModel& model, const policy::Options& options,
                                 const RuntimeSettings& settings);

// Of a variant of ours that has the same name: what nobody says anything of now.
enum class Before { is_kept, is_dropped };

// The variant that the decision asks for, rendered; nullopt where there can be none. `model`: of FROM.
Result<std::optional<Variant>> variant_for(const BaseDecision& decision, const DescribedModel& model,
                                           const AnalyzeOptions& options, Before before);

}  // namespace ctxcap::advise
