#include "sources/ollama_log/places.hpp"

#include "base/text.hpp"

namespace ctxcap::sources {
namespace {

// What matches the first of the usual patterns that something matches; "": nothing does.
std::string usual_pattern(World& world) {
  std::vector<std::string> patterns = {"/var/log/ollama*.log*", "/var/log/ollama/*.log*"};
  if (const auto home = world.environment.get("HOME"); home && home->starts_with('/'))
    patterns.insert(patterns.begin(), *home + "/.ollama/logs/server*.log");
  for (const std::string& pattern : patterns) {
    const auto files = world.files.glob(pattern);
    if (files && !files->empty()) return pattern;
  }
  return "";
}

}  // namespace

bool is_log_word(std::string_view where) {
  return where == "journal" || where == "auto" || where.starts_with("docker:");
}

std::vector<LogPlace> places_of_ollama(World& world) {
  std::vector<LogPlace> places;
  if (look_for_journal(world)) places.push_back({"journal", "the journal of the unit ollama"});
  if (const std::string pattern = usual_pattern(world); !pattern.empty())
    places.push_back({pattern, printable(pattern, 160)});
  if (const std::string name = container_of_ollama(world).value_or(""); !name.empty())
    places.push_back({"docker:" + name, "the log of container " + printable(name, 60)});
  return places;
}

}  // namespace ctxcap::sources
