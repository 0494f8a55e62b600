#include "describe/describe.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/units.hpp"
#include "data/owned.hpp"
#include "describe/is_of.hpp"
#include "gpu/gpu.hpp"
#include "memory/memory.hpp"
#include "state/state.hpp"

namespace ctxcap::describe {
namespace {

// Both lie in the range where Ollama takes the same batch, so that the compute buffer grows by the window
// alone.
constexpr Tokens kLowWindow = 8'192, kHighWindow = 16'384, kSmallestMax = 1'024;

Result<InstalledModel> installed_model(runtime::Ollama& ollama, const std::string& name) {
  TRY_ASSIGN(const std::vector<InstalledModel> models, ollama.installed());
  if (const InstalledModel* model = find_model(models, name)) return *model;
  return fail(runtime::cannot_measure(name, "it is not installed", "ollama pull " + printable(name, 60)));
}

Result<Calibration> measure_alone(runtime::Ollama& ollama, const std::string& name, const ModelArch& arch,
                                  const RuntimeSettings& settings, World& world, Talk& talk) {
  TRY_ASSIGN(const InstalledModel model, installed_model(ollama, name));
  const Tokens max = arch.max_ctx.value_or(kHighWindow);
  if (max < kSmallestMax)
    return fail(runtime::cannot_measure(name, "its declared window is too small to tell two apart",
                                        "see: ctxcap inspect " + printable(name, 60)));
  const Tokens high = std::min(kHighWindow, max), low = std::min(kLowWindow, high / 2);

  // Another machine's driver cannot be asked from here.
  const bool local = ollama.host().reach == runtime::Reach::local;
  const auto used = [&] { return local ? gpu::used_bytes(gpu::seen_now(world)) : std::nullopt; };
  std::vector<Bytes> bytes;
  std::optional<Bytes> overhead;
  std::string backend;
  for (const Tokens window : {low, high}) {
    talk.progress("measuring " + name, window, std::nullopt, fmt::format("at {}", with_commas(window)));
    TRY_ASSIGN(const MeasuredLoad load, runtime::measure_load(ollama, model, window, used));
    TRY_ASSIGN(const Footprint expected, memory::footprint(arch, window, settings));
    TRY_ASSIGN(const Bytes taken, memory::taken_by(load, arch, expected, name));
    bytes.push_back(taken);
    backend = load.on_gpu == 0 ? "cpu" : "cuda";
    if (load.driver_bytes && load.on_gpu != 0 && *load.driver_bytes > taken)
      overhead = *load.driver_bytes - taken;
  }
  TRY(ollama.unload(model.name));
  return Calibration{.host = ollama.host().id,
                     .digest = model.digest,
                     .measured = world.clock.now(),
                     .parallel = settings.parallel,
                     .kv_type_k = settings.kv_type_k,
                     .kv_type_v = settings.kv_type_v,
                     .backend = backend,
                     .num_batch = settings.num_batch,
                     .flash_attention = settings.flash_attention,
                     .low_ctx = low,
                     .high_ctx = high,
                     .low_bytes = bytes[0],
                     .high_bytes = bytes[1],
                     .overhead_bytes = overhead};
}

}  // namespace

Result<Calibration> measure(runtime::Ollama& ollama, const std::string& name, const ModelArch& arch,
                            const RuntimeSettings& settings, state::State& state, World& world, Talk& talk) {
  runtime::Disturbance disturbance;
  TRY(disturbance.begin(name, ollama, state));
  Result<Calibration> measured = measure_alone(ollama, name, arch, settings, world, talk);
  talk.clear();
  for (const std::string& line : disturbance.end(ollama, state)) talk.note("note: " + line);
  return measured;
}

bool is_of(const Calibration& calibration, const runtime::Ollama& ollama, const std::string& digest,
           const RuntimeSettings& settings) {
  return calibration.host == ollama.host().id && calibration.digest == digest &&
         memory::covers(calibration, settings);
}

std::string unused_measurements(const Error& error) {
  return fmt::format("note: the measurement is not used: {} ({})", error.what, error.why);
}

Result<std::optional<Calibration>> known_calibration(runtime::Ollama& ollama, const std::string& name,
                                                     const RuntimeSettings& settings, World& world) {
  TRY_ASSIGN(state::State state, state::State::open(world, state::Access::read));
  TRY_ASSIGN(const std::vector<Calibration> all, state.calibrations());
  if (all.empty()) return std::optional<Calibration>{};
  TRY_ASSIGN(const InstalledModel model, installed_model(ollama, name));
  for (const Calibration& calibration : all) {
    if (is_of(calibration, ollama, model.digest, settings)) return std::optional(calibration);
  }
  return std::optional<Calibration>{};
}

}  // namespace ctxcap::describe
