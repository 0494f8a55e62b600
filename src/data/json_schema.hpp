#pragma once
// Inside data/: what the first line of an analysis says of its keys.

namespace ctxcap {

inline constexpr const char* kAnalysisSchema = "ctxcap.analysis/1";

}  // namespace ctxcap
