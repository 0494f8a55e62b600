// What the settings say of servers and variants, as the night takes it.

#include <algorithm>
#include <map>

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
    return variant.server != server || variant.target != Target::ollama;
  });
  return variants;
}

// Variants of one file, or at one address, are of one server.
void add_served(const settings::Settings& settings, const std::string& directory,
                std::vector<Server>& servers) {
  std::map<std::string, std::size_t> known;
  for (const settings::Variant& variant : settings.variants) {
    if (variant.target == Target::ollama) continue;
    const auto [at, fresh] = known.emplace(runtime::host_of(variant.place, directory), servers.size());
    if (fresh) servers.push_back({settings.ollama, settings.card, {}, variant.place});
    servers[at->second].variants.push_back(variant);
  }
}

}  // namespace

std::vector<policy::Wanted> wanted_of(const Server& server) {
  std::vector<policy::Wanted> wanted;
  for (const settings::Variant& variant : server.variants) wanted.push_back(wanted_of(variant));
  return wanted;
}

std::vector<Server> servers_of(const settings::Settings& settings, const std::string& directory) {
  // --server NAME: that one alone.
  if (!settings.ollama.name.empty())
    return {{settings.ollama, settings.card, variants_of(settings, settings.ollama.name)}};
  std::vector<Server> servers = {{settings.ollama, settings.card, variants_of(settings, "")}};
  for (const settings::Ollama& server : settings.servers)
    servers.push_back({server, server.card, variants_of(settings, server.name)});
  std::erase_if(servers, [](const Server& server) { return server.variants.empty(); });
  add_served(settings, directory, servers);
  return servers;
}

}  // namespace ctxcap::nights
