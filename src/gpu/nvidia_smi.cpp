// NVIDIA's own tool, one line of MiB per GPU.

#include "base/text.hpp"
#include "base/units.hpp"
#include "gpu/gpu.hpp"

namespace ctxcap::gpu {

std::optional<Bytes> used_bytes(Processes& processes) {
  if (!processes.find("nvidia-smi")) return std::nullopt;
  const auto answer =
      processes.run({.argv = {"nvidia-smi", "--query-gpu=memory.used", "--format=csv,noheader,nounits"},
                     .timeout = std::chrono::seconds(10)});
  if (!answer || answer->exit_code != 0) return std::nullopt;
  std::optional<Bytes> used;
  for (std::string_view line : split(answer->out, '\n')) {
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    if (line.empty()) continue;
    const std::optional<i64> mib = parse_integer(line);
    if (!mib || *mib < 0) return std::nullopt;
    used = checked_add(used.value_or(0), checked_mul(*mib, Bytes{1} << 20));
  }
  return used;
}

}  // namespace ctxcap::gpu
