// What the settings say of servers and variants, as the night takes it.

#include <algorithm>

#include "nights/night.hpp"

namespace ctxcap::nights {
namespace {

policy::Wanted wanted_of(const settings::Variant& variant) {
  const settings::Policy& policy = variant.policy;
  return {.name = variant.name,
          .base = variant.base,
          .jobs = variant.jobs,
          .parameters = variant.parameters,
          .num_ctx = variant.num_ctx,
          .num_predict = variant.limit(),
          .no_limit = variant.no_limit,
          .risk = policy.risk,
          .confidence = policy.confidence,
          .native_stretch = policy.native_stretch,
          .history_days = policy.history_days,
          .canary = policy.canary,
          .hysteresis = policy.hysteresis,
          .system_file = variant.system_file,
          .template_file = policy.template_file};
}

std::vector<settings::Variant> variants_of(const settings::Settings& settings, const std::string& server) {
  std::vector<settings::Variant> variants = settings.variants;
  std::erase_if(variants, [&](const settings::Variant& variant) {
    return variant.server != server || variant.target != Target::ollama;  // the others are applied by hand
  });
  return variants;
}

}  // namespace

std::vector<policy::Wanted> wanted_of(const Server& server) {
  std::vector<policy::Wanted> wanted;
  for (const settings::Variant& variant : server.variants) wanted.push_back(wanted_of(variant));
  return wanted;
}

std::vector<Server> servers_of(const settings::Settings& settings) {
  // --server NAME: that one alone.
  if (!settings.ollama.name.empty())
    return {{settings.ollama, settings.card, variants_of(settings, settings.ollama.name)}};
  std::vector<Server> servers = {{settings.ollama, settings.card, variants_of(settings, "")}};
  for (const settings::Ollama& server : settings.servers)
    servers.push_back({server, server.card, variants_of(settings, server.name)});
  std::erase_if(servers, [](const Server& server) { return server.variants.empty(); });
  return servers;
}

}  // namespace ctxcap::nights
