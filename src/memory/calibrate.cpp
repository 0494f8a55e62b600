// Estimates corrected by what was measured. The caches are exact, so what the measurement tells is how far
// the estimates of weights and compute are off: at the two windows measured, in between and beyond by the
// line through them while the batch is the same (the compute buffer jumps with the batch), else by their
// mean.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "base/units.hpp"
#include "memory/memory.hpp"

namespace ctxcap::memory {
namespace {

constexpr Bytes kRounding = Bytes{1} << 20;  // Ollama adds up figures of its log, each rounded to 0.01 MiB

// What the server adds up: everything but the process and a projector.
std::optional<Bytes> observable(const Footprint& memory) {
  const std::optional<Bytes> caches = checked_add(checked_add(memory.kv_bytes, memory.kv_swa_bytes),
                                                  checked_add(memory.kv_indexer_bytes, memory.rs_bytes));
  return checked_add(caches, checked_add(memory.weights_bytes, memory.compute_bytes));
}

}  // namespace

bool covers(const Calibration& calibration, const RuntimeSettings& settings) {
  return calibration.parallel == settings.parallel && calibration.kv_type_k == settings.kv_type_k &&
         calibration.kv_type_v == settings.kv_type_v && calibration.backend == settings.backend &&
         calibration.num_batch == settings.num_batch &&
         calibration.flash_attention == settings.flash_attention;
}

Result<Bytes> taken_by(const MeasuredLoad& load, const ModelArch& arch, const Footprint& expected,
                       const std::string& name) {
  const auto cannot = [&](std::string why, std::string hint) {
    return fail({.kind = ErrorKind::failure,
                 .what = "could not measure " + printable(name, 60),
                 .why = std::move(why),
                 .hint = std::move(hint)});
  };
  if (load.on_gpu != 0 && load.on_gpu < load.size) {
    return cannot(
        fmt::format("only {} of {} are on the GPU", human_bytes(load.on_gpu), human_bytes(load.size)),
        "free the card, or measure on one that it fits");
  }
  const bool slides = std::any_of(arch.layers.begin(), arch.layers.end(),
                                  [](const Layer& layer) { return layer.kind == LayerKind::window; });
  if (!slides) return load.size;
  if (load.driver_bytes && load.on_gpu != 0) return *load.driver_bytes - expected.overhead_bytes.value_or(0);
  if (load.on_gpu == 0) {
    return cannot("/api/ps leaves out a cache of sliding-window models, and on the CPU nothing else tells it",
                  "the predicted caches are exact without it");
  }
  return cannot("/api/ps leaves out a cache of sliding-window models, and no GPU driver can be asked",
                "run it on the machine of the card, with nvidia-smi in PATH; the predicted caches are exact "
                "without it");
}

Footprint calibrated(Footprint memory, const Footprint& at_low, const Footprint& at_high,
                     const Calibration& calibration) {
  const std::optional<Bytes> estimate = observable(memory), low = observable(at_low),
                             high = observable(at_high);
  if (!estimate || !low || !high) return memory;
  const double low_error = static_cast<double>(calibration.low_bytes - *low);
  const double high_error = static_cast<double>(calibration.high_bytes - *high);
  const bool same_batch = memory.num_batch == at_low.num_batch && memory.num_batch == at_high.num_batch;
  const double along = static_cast<double>(memory.num_ctx - calibration.low_ctx) /
                       static_cast<double>(calibration.high_ctx - calibration.low_ctx);
  const double correction =
      same_batch ? low_error + (high_error - low_error) * along : (low_error + high_error) / 2;

  if (calibration.overhead_bytes) memory.overhead_bytes = calibration.overhead_bytes;
  memory.overhead_exact = memory.overhead_exact || calibration.overhead_bytes.has_value();
  const std::optional<Bytes> total =
      checked_add(checked_add(estimate, std::llround(correction)),
                  checked_add(memory.overhead_bytes, memory.projector_bytes.value_or(0)));
  if (!total) return memory;
  // Beyond the measured windows the line may bend; at another batch the estimate's own band stays.
  const Bytes bend = std::llround(std::abs(high_error - low_error) * std::abs(along)) + kRounding;
  const Bytes band = same_batch || !memory.compute_low_bytes || !memory.compute_high_bytes
                         ? bend
                         : std::max(bend, *memory.compute_high_bytes - *memory.compute_low_bytes);
  memory.total_bytes = total;
  memory.total_low_bytes = *total - band;
  memory.total_high_bytes = *total + band;
  memory.measured = true;
  return memory;
}

Result<Footprint> footprint(const ModelArch& arch, Tokens num_ctx, const RuntimeSettings& settings,
                            const std::optional<Calibration>& calibration) {
  TRY_ASSIGN(Footprint memory, footprint(arch, num_ctx, settings));
  // Nothing was measured over several cards, with layers in RAM, or with drafts.
  const bool as_measured =
      memory.cards.empty() && !settings.gpu_layers && settings.draft_tokens == 0 && !arch.draft_model;
  if (!calibration || !covers(*calibration, settings) || !as_measured) return memory;
  RuntimeSettings empty_card = settings;  // measured before anything else was loaded
  empty_card.free_vram.reset();
  TRY_ASSIGN(const Footprint at_low, footprint(arch, calibration->low_ctx, empty_card));
  TRY_ASSIGN(const Footprint at_high, footprint(arch, calibration->high_ctx, empty_card));
  return calibrated(std::move(memory), at_low, at_high, *calibration);
}

}  // namespace ctxcap::memory
