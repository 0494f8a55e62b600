#pragma once
// Inside report/: one flat row per job, shared by the formats that are tables.

#include <string>
#include <vector>

#include "data/analysis.hpp"

namespace ctxcap::report {

inline constexpr const char* kRowHeadings[] = {
    "job",      "model",           "requests", "p50",         "p95",         "p99",
    "max",      "current_num_ctx", "num_ctx",  "num_predict", "action",      "basis",
    "required", "supported_risk",  "kv_bytes", "verdict",     "freed_bytes", "variant"};

// Numbers without separators; unknown is empty.
std::vector<std::vector<std::string>> job_rows(const Analysis& analysis);

}  // namespace ctxcap::report
