// ctxcap nightly: one run of the night, for cron or a systemd timer.

#include <algorithm>
#include <memory>

#include "app/commands.hpp"
#include "app/config_file.hpp"
#include "app/keep_apart.hpp"
#include "app/nightly/nightly.hpp"
#include "app/parser.hpp"
#include "base/text.hpp"
#include "data/model_name.hpp"

namespace ctxcap::app {
namespace {

struct Flags {
  std::string config, now;
  std::vector<std::string> files, resume;
  std::string prom;
  std::optional<i64> canary;
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

Result<ExitCode> run(const Flags& flags, World& world, Talk& talk) {
  if (flags.canary && *flags.canary < 0) {
    return fail({.kind = ErrorKind::usage,
                 .what = "--canary cannot be " + std::to_string(*flags.canary),
                 .why = "it is a number of requests, 0 for no canary",
                 .hint = "ctxcap nightly --canary 500"});
  }
  NightlyOptions options{.dry_run = flags.dry_run};
  TRY_ASSIGN(options.config, load_config(flags.config, world, talk));
  if (!flags.now.empty()) {
    options.now = parse_time(flags.now);
    if (!options.now) {
      return fail({.kind = ErrorKind::usage,
                   .what = "--now " + printable(flags.now, 60) + " is no time",
                   .why = "it is not of the form 2026-11-21T02:30:00Z",
                   .hint = "ctxcap nightly --now 2026-11-21T02:30:00Z"});
    }
  }
  TRY(check_resume(flags.resume, options.config));
  options.resume = flags.resume;
  for (settings::Variant& variant : options.config.variants)
    variant.policy.canary = flags.canary.value_or(variant.policy.canary);
  std::vector<std::string>& files = options.config.report.files;
  files.insert(files.end(), flags.files.begin(), flags.files.end());
  if (!flags.prom.empty()) options.config.report.prom = flags.prom;
  std::vector<NamedFile> written;
  for (const std::string& path : files) written.push_back({"-o", path});
  if (!options.config.report.prom.empty()) written.push_back({"--prom", options.config.report.prom});
  const std::vector<NamedFile> read{{"--config", flags.config}};
  TRY(keep_apart(written, std::span(read).first(flags.config.empty() ? 0 : 1), world.files));
  options.servers = servers_of(options.config);
  return nightly(options, world, talk);
}

Runner configure(Parser& parser) {
  const auto flags = std::make_shared<Flags>();
  parser
      .add_option(
          "--config", flags->config,
          "The configuration (default: $CTXCAP_CONFIG, ~/.config/ctxcap/config.toml, /etc/ctxcap/...)")
      .type_name("FILE");
  parser.add_option("-o,--output", flags->files, "Also write a report; its suffix picks the format")
      .type_name("FILE");
  parser.add_option("--prom", flags->prom, "Also write metrics for node_exporter's textfile collector")
      .type_name("FILE");
  parser
      .add_option(
          "--canary", flags->canary,
          "Try a smaller window under a second tag until N requests, or a night, passed without a cut")
      .type_name("N");
  parser
      .add_option("--now", flags->now,
                  "As if it were then, for simulations and backfills: whole days before TIME count")
      .type_name("TIME");
  parser
      .add_option("--resume", flags->resume,
                  "Take up a variant again that was rolled back by hand, without waiting some nights")
      .type_name("VARIANT");
  parser.add_flag("--dry-run", flags->dry_run, "Say what this night would do; change nothing");
  return [flags](World& world, Talk& talk) { return run(*flags, world, talk); };
}

}  // namespace

constinit const Command kNightly{
    "nightly", "Pull, decide, change what has to change, prove and record: one run of the night",
    "  ctxcap nightly --config /etc/ctxcap/config.toml\n"
    "  ctxcap nightly --dry-run\n"
    "  ctxcap nightly --prom /var/lib/node_exporter/ctxcap.prom -o report.md\n",
    configure};

}  // namespace ctxcap::app
