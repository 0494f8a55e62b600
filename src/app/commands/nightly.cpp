// ctxcap nightly: one run of the night, for cron or a systemd timer.

#include <algorithm>
#include <memory>

#include "app/commands.hpp"
#include "base/text.hpp"
#include "data/model_name.hpp"
#include "nights/nights.hpp"

namespace ctxcap::app {
namespace {

struct NightlyFlags {
  std::string now;
  std::vector<std::string> files, resume;
  bool dry_run = false;
};

Status check_resume(const std::vector<std::string>& names, const settings::Settings& config) {
  for (const std::string& name : names) {
    std::vector<std::string> known;
    for (const settings::Variant& variant : config.variants) known.push_back(variant.name);
    if (std::any_of(known.begin(), known.end(),
                    [&](const std::string& variant) { return same_model(variant, name); }))
      continue;
    const std::string near = closest(name, known);
    return fail({.kind = ErrorKind::usage,
                 .what = "--resume " + printable(name, 80) + " names no variant",
                 .why = "the configuration has no [[variant]] of that name",
                 .hint = near.empty() ? "ctxcap config show   lists them" : "did you mean " + near + "?"});
  }
  return {};
}

// What is written must be none of what is read, nor twice the same.
Status check_files(const settings::Settings& settings, World& world) {
  std::vector<NamedFile> written, read;
  for (const std::string& path : settings.report.files) written.push_back({"-o", path});
  if (!settings.report.prom.empty()) written.push_back({"--prom", settings.report.prom});
  if (!settings.path.empty()) read.push_back({"--config", settings.path});
  return keep_apart(written, read, world.files);
}

Result<ExitCode> run_nightly(const NightlyFlags& flags, const settings::Settings& settings, World& world,
                             Talk& talk) {
  nights::NightlyOptions options{.settings = settings, .resume = flags.resume, .dry_run = flags.dry_run};
  if (!flags.now.empty()) {
    options.now = parse_when(flags.now, world.clock.now());
    if (!options.now) {
      return fail({.kind = ErrorKind::usage,
                   .what = "--now " + printable(flags.now, 60) + " is not a time",
                   .why = "it is neither a date nor of the form 2026-11-21T02:30:00Z",
                   .hint = "ctxcap nightly --now 2026-11-21T02:30:00Z"});
    }
  }
  TRY(check_resume(flags.resume, settings));
  std::vector<std::string>& files = options.settings.report.files;
  files.insert(files.end(), flags.files.begin(), flags.files.end());
  TRY(check_files(options.settings, world));
  options.servers = nights::servers_of(settings, world.files.working_directory());
  return nights::nightly(options, world, talk);
}

Runner configure_nightly(Parser& parser) {
  const auto flags = std::make_shared<NightlyFlags>();
  parser.add_option("-o,--output", flags->files, "Also write a report; its suffix picks the format")
      .type_name("FILE");
  parser
      .add_option("--now", flags->now,
                  "Pretend it is TIME, for simulations and backfills: whole days before it count")
      .type_name("TIME");
  parser
      .add_option("--resume", flags->resume,
                  "Resume a variant that was rolled back by hand, without the usual wait")
      .type_name("VARIANT");
  parser.add_flag("--dry-run", flags->dry_run, "Say what this night would do; change nothing");
  return [flags](const settings::Reading& read, World& world, Talk& talk) {
    return run_nightly(*flags, read.settings, world, talk);
  };
}

}  // namespace

constinit const Command kNightly{
    "nightly", "One night: read requests, decide, change what must change, prove it, record it",
    "  ctxcap nightly --config /etc/ctxcap/config.toml\n"
    "  ctxcap nightly --dry-run\n"
    "  ctxcap nightly --prom /var/lib/node_exporter/ctxcap.prom -o report.md\n",
    configure_nightly, settings::kNightly};

}  // namespace ctxcap::app
