#include "gpu/smi.hpp"

#include <array>

#include "base/text.hpp"
#include "gpu/xml.hpp"

namespace ctxcap::gpu {
namespace {

struct Trouble {
  std::string_view says, why, hint;
};

// How nvidia-smi begins when it cannot; it says so on stdout.
constexpr std::array<Trouble, 4> kTroubles = {{
    {"Driver/library version mismatch", "the driver was updated while it ran",
     "reboot, or unload and load the kernel's nvidia modules"},
    {"couldn't communicate with the NVIDIA driver",
     "the kernel's nvidia module is not loaded, or not for this kernel", "sudo modprobe nvidia   says why"},
    {"No devices were found", "the driver runs, and finds no card",
     "lspci | grep -i nvidia   shows whether one is there"},
    {"Insufficient Permissions", "this user may not ask the driver",
     "run it as a user who may open /dev/nvidia0"},
}};

Error no_answer(const ProcessResult& answer) {
  const std::string text = answer.out + answer.err;
  for (const Trouble& trouble : kTroubles) {
    if (text.find(trouble.says) == std::string::npos) continue;
    return {.what = "the NVIDIA driver does not answer",
            .why = std::string(trouble.why),
            .hint = std::string(trouble.hint)};
  }
  return {.what = "the NVIDIA driver does not answer",
          .why = fmt::format("nvidia-smi ended with {}: {}", answer.exit_code,
                             printable(text.substr(0, text.find('\n')), 120)),
          .hint = "nvidia-smi"};
}

}  // namespace

Result<std::vector<CardLook>> look_by_smi(Processes& processes) {
  TRY_ASSIGN(const ProcessResult answer,
             processes.run({.argv = {"nvidia-smi", "-q", "-x"}, .timeout = std::chrono::seconds(20)}));
  if (answer.exit_code != 0) return fail(no_answer(answer));
  return read_xml(answer.out);
}

}  // namespace ctxcap::gpu
