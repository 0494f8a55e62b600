// What the configuration says of servers and variants, as the night takes it.

#include "app/nightly/night.hpp"

namespace ctxcap::app {
namespace {

policy::Wanted wanted_of(const settings::Variant& variant) {
  const settings::Policy& policy = variant.policy;
  return {.name = variant.name,
          .base = variant.base,
          .jobs = variant.jobs,
          .parameters = variant.parameters,
          .num_ctx = variant.num_ctx,
          .risk = policy.risk,
          .confidence = policy.confidence,
          .native_stretch = policy.native_stretch,
          .history_days = policy.history_days,
          .canary = policy.canary,
          .hysteresis = policy.hysteresis,
          .system_file = variant.system_file,
          .template_file = policy.template_file};
}

}  // namespace

runtime::Via via_of(settings::Via via) {
  switch (via) {
    case settings::Via::cli:
      return runtime::Via::cli;
    case settings::Via::api:
      return runtime::Via::api;
    case settings::Via::automatic:
      break;
  }
  return runtime::Via::automatic;
}

std::vector<policy::Wanted> wanted_of(const Server& server) {
  std::vector<policy::Wanted> wanted;
  for (const settings::Variant& variant : server.variants) wanted.push_back(wanted_of(variant));
  return wanted;
}

std::vector<Server> servers_of(const settings::Settings& config) {
  const settings::Ollama& ollama = config.ollama;
  return {{.host = ollama.host, .settings = ollama.settings, .via = ollama.via, .variants = config.variants}};
}

}  // namespace ctxcap::app
