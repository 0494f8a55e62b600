#pragma once
// Inside gpu/: what `nvidia-smi -q` prints.

#include <string_view>

#include "gpu/gpu.hpp"

namespace ctxcap::gpu {

// One look; lines that are not known are left out.
PrintedLook read_query_text(std::string_view text);

}  // namespace ctxcap::gpu
