#include "state/known_names.hpp"

#include <set>

#include "base/text.hpp"
#include "data/analysis.hpp"
#include "state/state.hpp"

namespace ctxcap::state {
namespace {

constexpr int kLongest = 500;  // columns
constexpr std::string_view kJob = "job\t", kModel = "model\t";

bool is_line(const std::string& name) {
  return !name.empty() && printable(name, kLongest) == name;
}

// "": there is no place for it.
std::string directory(World& world) {
  const std::string xdg = world.environment.get("XDG_CACHE_HOME").value_or("");
  if (xdg.starts_with('/')) return xdg + "/ctxcap";
  const std::string home = world.environment.get("HOME").value_or("");
  return home.starts_with('/') ? home + "/.cache/ctxcap" : "";
}

void read_cache(Known kind, World& world, std::set<std::string>& names) {
  const std::string path = directory(world);
  const Result<std::string> text = path.empty() ? "" : world.files.read_all(path + "/names");
  if (!text) return;
  const std::string_view of = kind == Known::jobs ? kJob : kModel;
  for (const std::string_view line : split(*text, '\n')) {
    if (line.starts_with(of)) names.emplace(line.substr(of.size()));
  }
}

Status read_state(Known kind, World& world, std::set<std::string>& names) {
  TRY_ASSIGN(State state, State::open(world, Access::read));
  TRY_ASSIGN(const std::vector<Demand> demands, state.demand());
  for (const Demand& demand : demands) names.insert(kind == Known::jobs ? demand.job : demand.model);
  if (kind == Known::jobs) return {};
  TRY_ASSIGN(const std::vector<OwnedVariant> variants, state.variants());
  for (const OwnedVariant& ours : variants) names.insert(ours.variant.name);
  return {};
}

}  // namespace

void remember_names(const Analysis& analysis, World& world) {
  if (!world.console.out_is_tty() && !world.console.err_is_tty()) return;
  const std::string path = directory(world);
  std::set<std::string> lines;
  for (const BaseAnalysis& base : analysis.bases) {
    for (const JobDecision& job : base.decision.jobs) {
      if (is_line(job.stats.job)) lines.insert(std::string(kJob) + job.stats.job);
      if (is_line(job.stats.model)) lines.insert(std::string(kModel) + job.stats.model);
    }
  }
  if (path.empty() || lines.empty() || !world.files.make_directories(path)) return;
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  static_cast<void>(world.files.write_atomic(path + "/names", text));
}

std::vector<std::string> known_names(Known kind, World& world) {
  std::set<std::string> names;
  read_cache(kind, world, names);
  static_cast<void>(read_state(kind, world, names));  // what could be read is there
  std::erase_if(names, [](const std::string& name) { return !is_line(name); });
  return {names.begin(), names.end()};
}

}  // namespace ctxcap::state
