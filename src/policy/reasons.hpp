#pragma once
// Inside policy/: the sentences that people read.

#include <string>

#include "policy/choice.hpp"

namespace ctxcap::policy {

// Why the base model gets this cap.
std::string reason_of(const Choice& choice, const DemandStats& deciding_job);

// Why one window was taken or not, seen from one job. `over` of its requests needed more.
std::string candidate_reason(const Choice& choice, const Rung& rung, i64 over, const JobInput& job,
                             const std::optional<ModelArch>& arch, const Footprint* taken);

}  // namespace ctxcap::policy
