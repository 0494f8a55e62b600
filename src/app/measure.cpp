#include "app/measure.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/units.hpp"
#include "gpu/gpu.hpp"
#include "memory/memory.hpp"
#include "state/state.hpp"

namespace ctxcap::app {
namespace {

// Both lie in the range where Ollama takes the same batch, so that the compute buffer grows by the window
// alone.
constexpr Tokens kLowWindow = 8'192, kHighWindow = 16'384, kSmallestMax = 1'024;

constexpr Bytes kNoDriver = -1;

struct Load {
  Bytes size = 0, on_gpu = 0;         // as /api/ps adds them up
  std::optional<Bytes> driver_bytes;  // what the driver counts for it; unknown without one
};

Error cannot_measure(const std::string& name, std::string why, std::string hint) {
  return {.kind = ErrorKind::failure,
          .what = "could not measure " + printable(name, 60),
          .why = std::move(why),
          .hint = std::move(hint)};
}

Result<InstalledModel> installed_model(runtime::Ollama& ollama, const std::string& name) {
  TRY_ASSIGN(const std::vector<InstalledModel> models, ollama.installed());
  for (const InstalledModel& model : models) {
    if (runtime::same_model(model.name, name)) return model;
  }
  return fail(cannot_measure(name, "it is not installed", "ollama pull " + printable(name, 60)));
}

Result<Load> load_at(runtime::Ollama& ollama, const InstalledModel& model, Tokens window, World& world) {
  const auto is_model = [&](const RunningModel& row) { return row.digest == model.digest; };
  // Another machine's driver cannot be asked from here.
  const bool local = ollama.host().reach == runtime::Reach::local;
  TRY(ollama.unload(model.name));
  TRY(ollama.wait_until_gone(is_model));
  const Bytes before = local ? gpu::used_bytes(world.processes).value_or(kNoDriver) : kNoDriver;
  TRY(ollama.load_at(model.name, window));
  TRY_ASSIGN(const std::vector<RunningModel> rows, ollama.running());
  const auto row = std::find_if(rows.begin(), rows.end(), is_model);
  if (row == rows.end())
    return fail(cannot_measure(model.name, "it was loaded, but /api/ps does not show it", "see: ollama ps"));
  if (row->context_length && *row->context_length != window) {
    return fail(cannot_measure(model.name,
                               fmt::format("asked were {} tokens, /api/ps shows {}", with_commas(window),
                                           with_commas(*row->context_length)),
                               "stop clients that use the model, and try again"));
  }
  Load load{.size = row->size, .on_gpu = row->size_vram};
  const Bytes after = before == kNoDriver ? kNoDriver : gpu::used_bytes(world.processes).value_or(kNoDriver);
  if (after > before) load.driver_bytes = after - before;
  return load;
}

// What the load took without the process, by the better of the two sources.
Result<Bytes> bytes_of(const Load& load, const ModelArch& arch, const Footprint& expected,
                       const std::string& name) {
  if (load.on_gpu != 0 && load.on_gpu < load.size) {
    return fail(cannot_measure(
        name, fmt::format("only {} of {} are on the GPU", human_bytes(load.on_gpu), human_bytes(load.size)),
        "free the card, or measure on one that it fits"));
  }
  const bool slides = std::any_of(arch.layers.begin(), arch.layers.end(),
                                  [](const Layer& layer) { return layer.kind == LayerKind::window; });
  if (!slides) return load.size;
  if (load.driver_bytes && load.on_gpu != 0) return *load.driver_bytes - expected.overhead_bytes.value_or(0);
  return fail(cannot_measure(
      name, "/api/ps leaves out a cache of sliding-window models, and no GPU driver can be asked",
      "run it on the machine of the card, with nvidia-smi in PATH; the predicted caches are exact without "
      "it"));
}

}  // namespace

Result<Calibration> measure(runtime::Ollama& ollama, const std::string& name, const ModelArch& arch,
                            const RuntimeSettings& settings, World& world, Talk& talk) {
  TRY_ASSIGN(const InstalledModel model, installed_model(ollama, name));
  const Tokens max = arch.max_ctx.value_or(kHighWindow);
  if (max < kSmallestMax)
    return fail(cannot_measure(name, "its declared window is too small to tell two apart",
                               "see: ctxcap inspect " + printable(name, 60)));
  const Tokens high = std::min(kHighWindow, max), low = std::min(kLowWindow, high / 2);

  std::vector<Bytes> bytes;
  std::optional<Bytes> overhead;
  std::string backend;
  for (const Tokens window : {low, high}) {
    talk.progress("measuring " + name, window, std::nullopt, fmt::format("at {}", with_commas(window)));
    TRY_ASSIGN(const Load load, load_at(ollama, model, window, world));
    TRY_ASSIGN(const Footprint expected, memory::footprint(arch, window, settings));
    TRY_ASSIGN(const Bytes taken, bytes_of(load, arch, expected, name));
    bytes.push_back(taken);
    backend = load.on_gpu == 0 ? "cpu" : "cuda";
    if (load.driver_bytes && load.on_gpu != 0 && *load.driver_bytes > taken)
      overhead = *load.driver_bytes - taken;
  }
  TRY(ollama.unload(model.name));
  return Calibration{.host = ollama.host().url,
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

bool is_of(const Calibration& calibration, const runtime::Ollama& ollama, const std::string& digest,
           const RuntimeSettings& settings) {
  return calibration.host == ollama.host().url && calibration.digest == digest &&
         memory::covers(calibration, settings);
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

}  // namespace ctxcap::app
