#pragma once
// A start of llama-server: slots that are each sure of their window.

#include "data/memory.hpp"
#include "data/serving.hpp"

namespace ctxcap::plan {

// `at_once`: slots, 1 or more.
ServedPlan plan_for_llama_server(const std::string& model, Tokens num_ctx, i64 at_once, bool at_once_seen,
                                 const RuntimeSettings& settings);

}  // namespace ctxcap::plan
