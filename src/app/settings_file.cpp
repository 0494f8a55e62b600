#include "app/settings_file.hpp"

#include <filesystem>
#include <set>

#include "base/text.hpp"
#include "base/units.hpp"
#include "notify/notify.hpp"
#include "report/report.hpp"
#include "sources/sources.hpp"
#include "state/state.hpp"
#include "survey/survey.hpp"

namespace ctxcap::app {
namespace {

constexpr const char* kSystemFile = "/etc/ctxcap/config.toml";

std::string variable(World& world, const char* name) {
  return world.environment.get(name).value_or("");
}

Error missing(const std::string& what, const std::string& path, const std::string& hint) {
  return {.kind = ErrorKind::usage, .what = what, .why = printable(path) + " is not there", .hint = hint};
}

bool is_file(const std::string& path, World& world) {
  return world.files.kind(path) == PathKind::file;
}

void look_at_variants(const settings::Settings& settings, World& world, std::vector<Error>& doubts) {
  for (const settings::Variant& variant : settings.variants) {
    if (!variant.system_file.empty() && !is_file(variant.system_file, world)) {
      doubts.push_back(missing("the system_file of " + variant.name + " is missing", variant.system_file,
                               "without it the variant is not created"));
    }
    const std::string& own = variant.policy.template_file;
    if (own != settings.policy.template_file && !own.empty() && !is_file(own, world)) {
      doubts.push_back(missing("the template of " + variant.name + " is missing", own,
                               "leave it out for the built-in one"));
    }
  }
  if (!settings.policy.template_file.empty() && !is_file(settings.policy.template_file, world)) {
    doubts.push_back(missing("the template of [policy] is missing", settings.policy.template_file,
                             "leave it out for the built-in one"));
  }
}

void look_at_reports(const settings::Settings& settings, World& world, std::vector<Error>& doubts) {
  std::vector<std::string> paths = settings.report.files;
  if (!settings.report.prom.empty()) paths.push_back(settings.report.prom);
  std::set<std::string> folders;
  for (const std::string& path : paths) {
    const std::string folder = std::filesystem::path(path).parent_path().string();
    folders.insert(folder.empty() ? "." : folder);
  }
  for (const std::string& folder : folders) {
    if (world.files.kind(folder) == PathKind::directory) continue;
    doubts.push_back(missing("the folder of a report is missing", folder, "make it first"));
  }
}

// Jobs that are to be kept and of which no request was ever seen, once nights have read some.
void look_at_jobs(const settings::Settings& settings, World& world, std::vector<Error>& doubts) {
  Result<state::State> state = state::State::open(world, state::Access::read);
  const Result<std::vector<Demand>> seen = state ? state->demand() : fail(state.error());
  if (!seen || seen->empty()) return;  // doctor tells of a state that cannot be read
  std::set<std::string> names;
  for (const Demand& demand : *seen) names.insert(demand.job);
  const std::vector<std::string> known(names.begin(), names.end());
  const auto look = [&](const std::string& whose, const std::vector<std::string>& jobs) {
    for (const std::string& job : jobs) {
      if (names.contains(job)) continue;
      const std::string near = closest(job, known);
      doubts.push_back({.kind = ErrorKind::usage,
                        .what = fmt::format("no request of {} has ever been seen", printable(job, 60)),
                        .why = fmt::format("{} names that job, but no night has read a request of it", whose),
                        .hint = near.empty() ? "ctxcap history   lists the jobs that were seen"
                                             : fmt::format("did you mean {}?", printable(near, 60))});
    }
  };
  for (const settings::Variant& variant : settings.variants) look(variant.name, variant.jobs);
  for (const SourceSettings& source : settings.sources) look("a [[source]]", source.jobs);
}

}  // namespace

namespace {

const SourceKind* fallback_for(unsigned uses) {
  if (uses == settings::kPull) return sources::pulled_kinds().front();
  // Of one command that reads requests; whoever uses all settings shows what is set.
  for (const unsigned reads :
       {settings::kAnalyze, settings::kExplain, settings::kBacktest, settings::kApply, settings::kNightly}) {
    if (uses == reads) return &sources::usual_kind();
  }
  return nullptr;
}

// What nobody named is the log of the server that is spoken to: on another host it is not here.
void drop_log_of_elsewhere(settings::Settings& settings) {
  const auto host = parse_host(settings.ollama.host);
  if (!host || host->reach == Reach::local) return;
  std::erase_if(settings.sources, [](const SourceSettings& source) {
    return source.kind == &sources::usual_kind() && source.where.empty();
  });
}

}  // namespace

std::string settings_path(const std::string& flag, World& world) {
  if (!flag.empty()) return flag;
  if (const std::string named = variable(world, "CTXCAP_CONFIG"); !named.empty()) return named;
  std::vector<std::string> usual;
  // A relative XDG_CONFIG_HOME is to be ignored, says its specification.
  const std::string xdg = variable(world, "XDG_CONFIG_HOME"), home = variable(world, "HOME");
  if (xdg.starts_with('/')) usual.push_back(xdg + "/ctxcap/config.toml");
  if (home.starts_with('/')) usual.push_back(home + "/.config/ctxcap/config.toml");
  usual.emplace_back(kSystemFile);
  for (const std::string& path : usual) {
    if (world.files.kind(path) != PathKind::missing) return path;
  }
  return "";
}

settings::Reading read_settings_file(const std::string& config, const settings::Flags& flags, unsigned uses,
                                     World& world) {
  const std::string path = settings_path(config, world);
  const Result<std::string> text = path.empty() ? Result<std::string>() : world.files.read_all(path);
  settings::Reading reading = settings::read_settings(
      text ? *text : "",
      {.path = path,
       .environment = [&world](const std::string& name) { return world.environment.get(name); },
       .flags = flags,
       .kinds = sources::kinds(),
       .fallback = fallback_for(uses),
       .directory = world.files.working_directory(),
       .variables = world.environment.names()});
  drop_log_of_elsewhere(reading.settings);
  constexpr unsigned kWeighs =
      settings::kAnalyze | settings::kExplain | settings::kApply | settings::kInspect | settings::kNightly;
  if ((uses & kWeighs) != 0) survey::settle_tenants(reading, world);
  if (!text) reading.problems.insert(reading.problems.begin(), text.error());
  for (const std::string& report : reading.settings.report.files) {
    const auto format = report::format_for_file(report);
    if (format) continue;
    reading.problems.push_back({.kind = ErrorKind::usage,
                                .what = "files of [report] cannot be used",
                                .why = (path.empty() ? "" : printable(path) + ": ") + format.error().what +
                                       "; " + format.error().why,
                                .hint = format.error().hint});
  }
  return reading;
}

std::string sources_text(const settings::Settings& settings) {
  return settings.sources.empty() ? "Ollama's own log"
                                  : counted(static_cast<i64>(settings.sources.size()), "source");
}

std::vector<Error> doubts_of_world(const settings::Settings& settings, World& world) {
  std::vector<Error> doubts;
  for (const SourceSettings& source : settings.sources) {
    for (Error& doubt : sources::doubts(source, world)) doubts.push_back(std::move(doubt));
  }
  look_at_variants(settings, world, doubts);
  look_at_reports(settings, world, doubts);
  look_at_jobs(settings, world, doubts);
  for (const NotifySettings& whom : settings.notify) {
    for (Error& doubt : notify::doubts(whom, world)) doubts.push_back(std::move(doubt));
  }
  return doubts;
}

}  // namespace ctxcap::app
