// What a load takes by our own figures, as far as the scheduler sees it and as far as it is there.

#include <algorithm>

#include "memory/memory.hpp"

namespace ctxcap::memory {
namespace {

constexpr Bytes kKeptByFit = Bytes{1} << 30;  // llama.cpp offloads less rather than leave less than this

// Of the second cache of a model with two, the log's line replaces that of the first, so the first is not
// counted; neither are the projector and the process.
std::optional<Bytes> accounted_bytes(const Footprint& memory) {
  const bool two = memory.kv_swa_bytes.value_or(0) > 0;
  return checked_add(checked_add(two ? memory.kv_swa_bytes : memory.kv_bytes, memory.rs_bytes),
                     checked_add(memory.weights_bytes, memory.compute_bytes));
}

Bytes room_of(const LoadAttempt& attempt, const BytesByCard& free, Bytes kept) {
  Bytes room = 0;
  for (const std::string& card : attempt.cards) room += std::max<Bytes>(0, free.at(card) - kept);
  return room;
}

// Shared out as free memory is; what does not fit goes to the CPU, unless somebody put it on the cards.
LoadTakes on_cards(Bytes accounted, Bytes real, const LoadAttempt& attempt, const BytesByCard& free) {
  LoadTakes takes;
  const Bytes kept = attempt.num_gpu ? 0 : kKeptByFit;
  const Bytes room = room_of(attempt, free, kept);
  if (room == 0 || real == 0) return takes;
  const double fits = std::min(1.0, static_cast<double>(room) / static_cast<double>(real));
  for (const std::string& card : attempt.cards) {
    const double share =
        static_cast<double>(std::max<Bytes>(0, free.at(card) - kept)) / static_cast<double>(room);
    takes.accounted[card] = static_cast<Bytes>(static_cast<double>(accounted) * fits * share);
    takes.real[card] = static_cast<Bytes>(static_cast<double>(real) * fits * share);
  }
  return takes;
}

}  // namespace

Takes takes_of(std::map<std::string, ModelArch> by_weights, RuntimeSettings settings) {
  return [archs = std::move(by_weights), settings](const ScheduledModel& model, const LoadAttempt& attempt,
                                                   const BytesByCard& free) -> LoadTakes {
    const auto arch = archs.find(model.weights);
    if (arch == archs.end()) return on_cards(attempt.predicted, attempt.predicted, attempt, free);
    RuntimeSettings runs = settings;
    runs.parallel = attempt.parallel;
    runs.num_batch = attempt.num_batch;
    if (attempt.num_gpu) runs.gpu_layers = attempt.num_gpu;
    runs.cards.clear();
    for (const std::string& card : attempt.cards) runs.cards.push_back(std::max<Bytes>(1, free.at(card)));
    runs.spread = true;  // over those that it was given
    const Result<Footprint> memory = footprint(arch->second, attempt.total_ctx / attempt.parallel, runs);
    const std::optional<Bytes> accounted = memory ? accounted_bytes(*memory) : std::nullopt;
    const std::optional<Bytes> real = memory ? memory->total_bytes : std::nullopt;
    // Who says how many layers gets no help: what does not fit fails.
    if (attempt.num_gpu && real.value_or(attempt.predicted) > room_of(attempt, free, 0))
      return {.result = LoadTakes::Result::out_of_memory};
    return on_cards(accounted.value_or(attempt.predicted), real.value_or(attempt.predicted), attempt, free);
  };
}

}  // namespace ctxcap::memory
