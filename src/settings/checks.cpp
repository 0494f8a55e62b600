#include "settings/checks.hpp"

#include <map>

#include "base/text.hpp"
#include "base/units.hpp"
#include "data/host.hpp"
#include "data/model_name.hpp"

namespace ctxcap::settings {
namespace {

// Of what must not be there twice.
struct Seen {
  std::map<std::string, Place> first;
  Notebook& notebook;

  void add(const std::string& known_as, Place place, std::string what, std::string_view why,
           std::string hint) {
    const auto [other, fresh] = first.emplace(known_as, place);
    if (!fresh) {
      notebook.problem(place, std::move(what),
                       fmt::format("{}the other one is at {}", why, notebook.place_text(other->second)),
                       std::move(hint));
    }
  }
};

void check_each(const Settings& settings, const Places& places, Notebook& notebook) {
  Seen seen{{}, notebook};
  for (std::size_t i = 0; i < settings.variants.size(); ++i) {
    const Variant& variant = settings.variants[i];
    if (!variant.name.empty())
      seen.add(variant.server + " " + with_tag(variant.name), places.variants[i],
               "there are two variants called " + variant.name, "", "give one of them another tag");
    // Whole weeks without a cut are counted among the days that count at all.
    const i64 days = 7 * variant.policy.hysteresis.shrink_after_weeks, kept = variant.policy.history_days;
    if (kept >= days) continue;
    notebook.problem(places.variants[i], variant.name + " could never shrink",
                     fmt::format("history_days = {} is shorter than shrink_after_weeks = {}, {}", kept,
                                 days / 7, counted(days, "day")),
                     fmt::format("let history_days be {} or more, or shrink_after_weeks less", days));
  }
}

// A job of one base that two variants want.
void check_jobs(const Settings& settings, const Places& places, Notebook& notebook) {
  std::map<std::pair<std::string, std::string>, std::size_t> owner;  // base and job -> variant
  for (std::size_t i = 0; i < settings.variants.size(); ++i) {
    const Variant& variant = settings.variants[i];
    if (variant.base.empty()) continue;
    for (const std::string& job : variant.jobs.empty() ? std::vector<std::string>{""} : variant.jobs) {
      const auto [first, fresh] =
          owner.emplace(std::pair(variant.server + " " + with_tag(variant.base), job), i);
      if (fresh) continue;
      const Variant& other = settings.variants[first->second];
      notebook.problem(places.variants[i],
                       fmt::format("{} and {} are for the same {}", other.name, variant.name,
                                   job.empty() ? "jobs" : "job"),
                       job.empty()
                           ? "both are made from " + variant.base + ", and neither says for which jobs"
                           : "both name " + printable(job, 60),
                       "let each job be of one variant: jobs = [\"...\"]");
    }
    const auto every = owner.find({variant.server + " " + with_tag(variant.base), ""});
    if (!variant.jobs.empty() && every != owner.end() && every->second != i) {
      notebook.doubt(places.variants[i],
                     fmt::format("{} is for every job of {}, and {} for some of them",
                                 settings.variants[every->second].name, variant.base, variant.name),
                     "both count the same requests, and models on the same weights evict each other",
                     "name the jobs of both");
    }
  }
}

// Two names for one server: its variants would be changed by each without knowing of the other.
void check_addresses(const Settings& settings, const Places& places, Notebook& notebook) {
  std::map<std::string, std::string> names;           // Host::id -> table
  const bool chosen = !settings.ollama.name.empty();  // by --server
  const bool unnamed = !chosen && places.ollama_host &&
                       std::any_of(settings.variants.begin(), settings.variants.end(),
                                   [](const Variant& variant) { return variant.server.empty(); });
  if (const auto host = parse_host(settings.ollama.host); host && unnamed) names[host->id] = "[ollama]";
  for (std::size_t i = 0; i < settings.servers.size(); ++i) {
    const auto host = parse_host(settings.servers[i].host);
    if (settings.servers[i].host.empty() || !host) continue;
    const auto [other, fresh] = names.emplace(host->id, settings.servers[i].name);
    if (fresh) continue;
    notebook.problem(places.servers[i],
                     fmt::format("{} and {} are one server", other->second, settings.servers[i].name),
                     "both are " + host->id, "name it once, and let the variants use that name");
  }
}

void check_servers(const Settings& settings, const Places& places, Notebook& notebook) {
  check_addresses(settings, places, notebook);
  Seen seen{{}, notebook};
  for (std::size_t i = 0; i < settings.servers.size(); ++i) {
    const Ollama& server = settings.servers[i];
    if (server.name.empty() || server.host.empty()) continue;  // told where it was read
    seen.add(server.name, places.servers[i], "there are two servers called " + server.name, "",
             "give one of them another name");
  }
  for (std::size_t i = 0; i < settings.variants.size(); ++i) {
    const std::string& name = settings.variants[i].server;
    if (name.empty() || seen.first.contains(name)) continue;
    notebook.problem(places.variants[i],
                     fmt::format("{} is for a server that does not exist", settings.variants[i].name),
                     "no [[server]] is called " + printable(name, 60), hint_for_server(settings, name));
  }
}

void check_card(const Settings& settings, const Places& places, Notebook& notebook) {
  if (!settings.card || settings.card->ask || settings.card->off) return;
  Bytes taken = settings.card->reserve;
  for (const Tenant& tenant : settings.card->tenants)
    taken = checked_add(taken, tenant.bytes).value_or(settings.card->card);
  if (taken < settings.card->card) return;
  const auto what =
      fmt::format("tenants and reserve take {} of {}", human_bytes(taken), human_bytes(settings.card->card));
  notebook.doubt(places.card, "[card] leaves no room for a model", what, "look at the units: 24GiB, 7.7GB");
}

void check_sources(const Settings& settings, const Places& places, const std::string& directory,
                   Notebook& notebook) {
  Seen seen{{}, notebook};
  for (std::size_t i = 0; i < settings.sources.size(); ++i) {
    const bool paths = settings.sources[i].kind->where == SourceKind::Where::paths;
    for (const std::string& file : paths ? settings.sources[i].where : std::vector<std::string>{}) {
      seen.add(whole_path(file, directory), places.sources[i], "two sources read " + printable(file, 120),
               "its requests would count twice; ", "name every file once");
    }
    for (std::size_t k = 0; k < i; ++k) {
      if (!share_requests(settings.sources[k], settings.sources[i])) continue;
      notebook.problem(places.sources[i], "two sources read " + printable(settings.sources[i].label(), 120),
                       "the same requests would count twice; the other one is at " +
                           notebook.place_text(places.sources[k]),
                       "make one of it, or give each its own keys, projects, environment or jobs");
    }
  }
}

}  // namespace

bool check_source(const Value& table, SourceSettings& source, SourceKinds kinds, Notebook& notebook) {
  std::vector<const Value::Entry*> given;
  std::vector<std::string> words;
  for (const SourceKind* kind : kinds) {
    words.emplace_back(kind->word);
    const Value::Entry* found = table.entry(kind->word);
    if (found == nullptr) continue;
    if (given.empty()) source.kind = kind;
    given.push_back(found);
  }
  if (given.size() != 1) {
    notebook.problem(given.empty() ? table.place : given[1]->place,
                     given.empty()
                         ? "[[source]] does not say where requests are"
                         : fmt::format("[[source]] names both {} and {}", given[0]->key, given[1]->key),
                     "a source has exactly one of " + join(words, ", "),
                     given.empty() ? "add files = [\"/var/log/llm/*.jsonl\"]" : "make two sources of it");
    return false;
  }
  for (const Value::Entry& found : table.entries) {
    std::vector<std::string> fitting;
    for (const SourceKind* kind : kinds) {
      if (kind->accepts(found.key)) fitting.emplace_back(kind->word);
    }
    if (&found == given[0] || fitting.empty() || source.kind->accepts(found.key)) continue;
    notebook.problem(
        found.place, fmt::format("{} is not a key of a source with {}", found.key, given[0]->key),
        fmt::format("it goes with {}", join(fitting, " and ")), "take it out, or make two sources");
  }
  if (source.keys.empty()) source.keys = source.kind->keys;
  return true;
}

void check_server(const Value& table, Notebook& notebook) {
  for (const char* key : {"name", "host"}) {
    if (table.entry(key) != nullptr) continue;
    notebook.problem(table.place, fmt::format("[[server]] has no {}", key), "without both it cannot be used",
                     "add name = \"rack2\" and host = \"http://rack2:11434\"");
  }
}

void check_variant(const Value& table, const Variant& variant, Notebook& notebook) {
  const auto missing = [&](const std::string& key, std::string hint) {
    if (table.entry(key) == nullptr)
      notebook.problem(table.place, fmt::format("[[variant]] has no {}", key),
                       "without base and name nothing can be created", std::move(hint));
  };
  if (variant.base.empty()) missing("base", "add base = \"devstral-small-2\"");
  if (variant.name.empty() && variant.tag.empty())
    missing("name", "add name = \"devstral-small-2:triage\", or tag = \"triage\"");
  if (!variant.tag.empty() && variant.name.empty() && !variant.base.empty()) {
    const Result<std::string> name = variant_name(variant.base, variant.tag);
    if (!name) notebook.problem(table.place, name.error().what, name.error().why, name.error().hint);
  }
  if (variant.target == Target::ollama && !variant.name.empty() && !variant.base.empty() &&
      with_tag(variant.name) == with_tag(variant.base)) {
    notebook.problem(table.place, fmt::format("{} would replace its own base", variant.name),
                     "name and base are the same model", "give the variant a tag of its own");
  }
}

std::string hint_for_server(const Settings& settings, const std::string& name) {
  std::vector<std::string> names;
  for (const Ollama& server : settings.servers) names.push_back(server.name);
  const std::string meant = closest(name, names);
  return !meant.empty()  ? "did you mean " + meant + "?"
         : names.empty() ? "add [[server]] with name and host"
                         : "the servers are " + join(names, ", ");
}

void check_between_tables(const Settings& settings, const Places& places, const std::string& directory,
                          Notebook& notebook) {
  check_servers(settings, places, notebook);
  check_sources(settings, places, directory, notebook);
  check_card(settings, places, notebook);
  check_each(settings, places, notebook);
  check_jobs(settings, places, notebook);
  if (settings.variants.empty()) {
    notebook.doubt({}, "there is no variant", "nothing gets created, only reported",
                   "add [[variant]] with name and base");
  }
}

}  // namespace ctxcap::settings
