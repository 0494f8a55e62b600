#include "memory/scheduler/reload.hpp"

#include <algorithm>
#include <tuple>

namespace ctxcap::memory {

Tokens window_of(const ScheduledModel& model, Tokens asked) {
  const Tokens raised = std::max<Tokens>(asked, model.vision ? 2048 : 4);
  return model.trained_ctx ? std::min(raised, *model.trained_ctx) : raised;
}

bool needs_reload(const Resident& runner, const LoadRequest& request, Tokens window) {
  const LoadOptions& loaded = runner.options;
  const LoadOptions& asked = request.options;
  const bool automatic_ctx = runner.automatic_ctx && !asked.num_ctx;
  if (!automatic_ctx && loaded.num_ctx != window) return true;
  // A request without a batch carries Ollama's default one.
  const bool automatic_batch = runner.automatic_batch && !asked.num_batch;
  if (!automatic_batch && loaded.num_batch != asked.num_batch.value_or(512)) return true;
  if (asked.num_gpu.value_or(-1) >= 0 && loaded.num_gpu != asked.num_gpu) return true;
  return loaded.main_gpu != asked.main_gpu || loaded.use_mmap != asked.use_mmap ||
         loaded.num_thread != asked.num_thread || loaded.draft_tokens != asked.draft_tokens ||
         loaded.shift.value_or(true) != asked.shift.value_or(true);
}

std::size_t next_victim(std::span<const Resident> residents) {
  const auto rank = [](const Resident& runner) {
    return std::tuple(runner.requests > 0, runner.keep_alive_ms, std::string_view(runner.model.weights));
  };
  const auto least =
      std::min_element(residents.begin(), residents.end(),
                       [&](const Resident& a, const Resident& b) { return rank(a) < rank(b); });
  return static_cast<std::size_t>(least - residents.begin());
}

}  // namespace ctxcap::memory
