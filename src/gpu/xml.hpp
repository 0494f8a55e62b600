#pragma once
// Inside gpu/: what `nvidia-smi -q -x` prints.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "data/card.hpp"

namespace ctxcap::gpu {

// In the order of the answer; processes by pid. Errors: no XML, or another document.
Result<std::vector<CardLook>> read_xml(std::string_view text);

}  // namespace ctxcap::gpu
