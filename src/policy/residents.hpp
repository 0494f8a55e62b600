#pragma once
#include <span>
#include <vector>

#include "data/decision.hpp"

namespace ctxcap::policy {

// Several decisions on one model (a window per job) share a runner, so only the largest is ever resident.
std::vector<BaseDecision> residents(std::span<const BaseDecision> decisions);

}  // namespace ctxcap::policy
