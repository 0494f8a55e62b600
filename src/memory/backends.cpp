#include "memory/backends.hpp"

#include <algorithm>

namespace ctxcap::memory {
namespace {

constexpr Bytes kMiB = 1LL << 20;

// CUDA: 36 + 2.9 MiB per multiprocessor on current cards, 113 (RTX 3060) to 506 MiB (RTX 5090) as seen, a
// little more once it runs. Vulkan: -24 to +54 MiB after the load, up to 239 at long prompts, and 1,901 for a
// mixture of experts at the largest batch, as seen. ROCm and Metal were not seen: as CUDA, with room.
constexpr Backend kBackends[] = {
    {"cuda", "CUDA", true, true, false, 110 * kMiB, 300 * kMiB, 600 * kMiB},
    {"cpu", "", false, false, false},
    {"rocm", "ROCm", true, true, false, 50 * kMiB, 300 * kMiB, 900 * kMiB, false},
    {"vulkan", "Vulkan", true, false, false, 0, 50 * kMiB, 240 * kMiB, true, 1901 * kMiB},
    {"metal", "Metal", true, false, true, 0, 150 * kMiB, 600 * kMiB, false},
};

}  // namespace

std::span<const Backend> backends() {
  return kBackends;
}

const Backend* backend(std::string_view name) {
  const auto found = std::find_if(std::begin(kBackends), std::end(kBackends),
                                  [&](const Backend& one) { return one.name == name; });
  return found == std::end(kBackends) ? nullptr : found;
}

}  // namespace ctxcap::memory
