#include "app/keep_now.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "advise/advise.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "describe/describe.hpp"
#include "gpu/gpu.hpp"
#include "memory/memory.hpp"
#include "model/model.hpp"

namespace ctxcap::app {
namespace {

constexpr std::size_t kLookedAt = 8;  // variants; each costs a question
constexpr const char* kCard = "CUDA0";

std::optional<ScheduledModel> scheduled(runtime::Ollama& ollama, const std::string& name,
                                        const ServerBuild& build) {
  const Result<ModelDescription> description = describe::description_from_server(ollama, name, build);
  if (!description) return std::nullopt;
  const DescribedModel model = model::described(*description);
  const std::string weights = model.weights.empty() ? name : model.weights;
  return memory::as_scheduled(name, weights, *model.arch, advise::file_bytes(name, model));
}

Resident resident(ScheduledModel model, const RunningModel& row, Bytes free_at_load) {
  Resident runner{.model = std::move(model), .cards = {kCard}};
  runner.options.num_ctx = row.context_length;
  runner.accounted[kCard] = runner.real[kCard] = row.size_vram;
  runner.free_at_load[kCard] = free_at_load;
  return runner;
}

// The card as the driver has it, else as the configuration says; models aside, the rest of what is in use is
// that of others.
std::optional<SchedulerCard> card_now(const settings::Settings& settings, Bytes models, World& world) {
  SchedulerCard card{.name = kCard, .library = "CUDA"};
  const std::vector<CardLook> looks = gpu::seen_now(world);
  const std::optional<Bytes> total = gpu::total_bytes(looks), used = gpu::used_bytes(looks);
  if (total && used) {
    card.total = *total;
    card.others = std::max<Bytes>(0, *used - models);
    return card;
  }
  if (!settings.card) return std::nullopt;
  card.total = settings.card->card;
  card.driver = settings.card->card - settings.card->usable();
  for (const Tenant& tenant : settings.card->tenants) card.others += tenant.bytes;
  return card;
}

report::Finding finding_of(const LoadRequest& request, const SchedulerStep& step) {
  const std::string name = fmt::format("{} at {}", printable(request.model.name, 60),
                                       with_commas(request.options.num_ctx.value_or(0)));
  std::vector<std::string> out;
  for (const Eviction& eviction : step.evicted) out.push_back(printable(eviction.model, 60));
  if (out.empty())
    return {report::Finding::Level::ok, "keeping", name + " would stay beside what is loaded", ""};
  return {report::Finding::Level::warn, "keeping",
          fmt::format("loading {} now would evict {}: Ollama estimates it at {} and has {} to give", name,
                      join(out, ", "), human_bytes(step.attempts.front().compared()),
                      human_bytes(step.attempts.front().limit())),
          "ctxcap analyze --card SIZE says what keeps them together"};
}

}  // namespace

std::vector<report::Finding> look_at_keeping(runtime::Ollama& ollama, state::State& state,
                                             const settings::Settings& settings, World& world) {
  const auto running = ollama.running();
  const auto ours = state.variants();
  if (!running || !ours || running->empty()) return {};
  Bytes models = 0;
  for (const RunningModel& row : *running) models = checked_add(models, row.size_vram).value_or(INT64_MAX);
  const std::optional<SchedulerCard> card = card_now(settings, models, world);
  if (!card) return {};
  const ServerBuild build =
      describe::build_of(ollama, describe::told_build(settings.ollama).value_or(ServerBuild{}));
  if (build.own_engines) return {};  // another reckoning decided then
  std::vector<Resident> residents;
  for (const RunningModel& row : *running) {
    if (auto model = scheduled(ollama, row.name, build))
      residents.push_back(resident(*std::move(model), row, card->total - card->driver - card->others));
  }
  std::vector<report::Finding> findings;
  const RuntimeSettings& runs = settings.ollama.settings;
  for (const OwnedVariant& one : *ours) {
    if (one.host != ollama.host().id || findings.size() >= kLookedAt) continue;
    auto model = scheduled(ollama, one.variant.name, build);
    if (!model) continue;
    LoadRequest request{.model = *std::move(model), .options = {.num_ctx = one.variant.num_ctx}};
    memory::Scheduler server({*card}, {.max_loaded = runs.max_loaded, .parallel = runs.parallel},
                             memory::takes_of({}, runs));
    bool loaded = false;
    for (const Resident& runner : residents) {
      loaded |= runner.model.weights == request.model.weights;
      server.add(runner);
    }
    if (!loaded) findings.push_back(finding_of(request, server.load(request)));
  }
  return findings;
}

}  // namespace ctxcap::app
