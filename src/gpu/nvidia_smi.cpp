// NVIDIA's own tool, one line of MiB per GPU.

#include "base/text.hpp"
#include "base/units.hpp"
#include "gpu/gpu.hpp"

namespace ctxcap::gpu {
namespace {

// The sum over all cards.
std::optional<Bytes> sum_of(const std::string& field, Processes& processes) {
  if (!processes.find("nvidia-smi")) return std::nullopt;
  const auto answer =
      processes.run({.argv = {"nvidia-smi", "--query-gpu=" + field, "--format=csv,noheader,nounits"},
                     .timeout = std::chrono::seconds(10)});
  if (!answer || answer->exit_code != 0) return std::nullopt;
  std::optional<Bytes> sum;
  for (std::string_view line : split(answer->out, '\n')) {
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    if (line.empty()) continue;
    const std::optional<i64> mib = parse_integer(line);
    if (!mib || *mib < 0) return std::nullopt;
    sum = checked_add(sum.value_or(0), checked_mul(*mib, Bytes{1} << 20));
  }
  return sum;
}

}  // namespace

std::optional<Bytes> used_bytes(Processes& processes) {
  return sum_of("memory.used", processes);
}

std::optional<Bytes> total_bytes(Processes& processes) {
  return sum_of("memory.total", processes);
}

}  // namespace ctxcap::gpu
