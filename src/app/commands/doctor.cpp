// ctxcap doctor: is everything as it should be? One line for each thing, with what to do about it.

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "app/change.hpp"
#include "app/commands.hpp"
#include "app/config_file.hpp"
#include "app/parser.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "gpu/gpu.hpp"
#include "report/report.hpp"
#include "state/state.hpp"

namespace ctxcap::app {
namespace {

struct Flags {
  std::string config, ollama_host;
};

using report::Finding;
using Level = Finding::Level;

Finding bad(const std::string& topic, const Error& error) {
  return {Level::bad, topic, error.what + ": " + error.why, error.hint};
}
Finding warn(const std::string& topic, const Error& error) {
  return {Level::warn, topic, error.what + ": " + error.why, error.hint};
}

Finding health_of(const state::Health& health) {
  const std::string path = printable(health.path);
  if (!health.exists) return {Level::ok, "state", path + ": not there yet; the first change creates it", ""};
  if (!health.damage.empty()) {
    return {Level::bad, "state", fmt::format("{}: damaged: {}", path, health.damage),
            fmt::format("put a backup in its place, or try: sqlite3 {} .recover", path)};
  }
  return {Level::ok, "state",
          fmt::format("{}: sound, schema {}, {}: {} of jobs in {}, {}, {}", path, health.version,
                      human_bytes(health.file_bytes), counted(health.demand_rows, "day"),
                      human_bytes(health.demand_bytes), counted(health.decisions, "decision"),
                      counted(health.runs, "run")),
          ""};
}

Status look_at_state(state::State& state, std::vector<Finding>& findings) {
  TRY_ASSIGN(const state::Health health, state.health());
  findings.push_back(health_of(health));
  TRY_ASSIGN(const std::vector<state::Journal> journals, state.journals());
  for (const state::Journal& journal : journals) {
    findings.push_back({Level::warn, "journal",
                        fmt::format("{} on {}: a change that began at {} did not end (step: {})",
                                    printable(journal.name), printable(journal.host), rfc3339(journal.since),
                                    journal.step.empty() ? "none" : journal.step),
                        "the next ctxcap apply or nightly on that server puts it in order"});
  }
  return {};
}

// What the server has, against what the state says of it.
Status look_at_models(runtime::Ollama& ollama, state::State& state, std::vector<Finding>& findings) {
  TRY_ASSIGN(const std::vector<InstalledModel> installed, ollama.installed());
  TRY_ASSIGN(const std::vector<state::Journal> journals, state.journals());
  TRY_ASSIGN(const std::vector<state::OwnedVariant> variants, state.variants());
  for (const InstalledModel& model : installed) {
    const bool under_way = std::any_of(journals.begin(), journals.end(), [&](const state::Journal& journal) {
      return runtime::same_model(journal.backup, model.name);
    });
    if (!runtime::is_backup_name(model.name) || under_way) continue;
    findings.push_back({Level::warn, "models", printable(model.name) + ": a backup that no change needs",
                        "ollama rm " + printable(model.name)});
  }
  for (const state::OwnedVariant& ours : variants) {
    if (ours.host != ollama.host().url) continue;
    const std::string name = printable(ours.variant.name);
    const InstalledModel* there = find_model(installed, ours.variant.name);
    if (there == nullptr) {
      findings.push_back({Level::warn, "models", name + ": created by ctxcap, and removed since", ""});
    } else if (there->digest != ours.digest) {
      findings.push_back({Level::warn, "models", name + ": created by ctxcap, and changed by somebody since",
                          "ollama show " + name});
    } else {
      findings.push_back({Level::ok, "models",
                          fmt::format("{}: as ctxcap left it at {}", name, with_commas(ours.variant.num_ctx)),
                          ""});
    }
  }
  return {};
}

// Whether the server answered.
bool look_at_server(runtime::Ollama& ollama, std::vector<Finding>& findings) {
  const Result<std::string> version = ollama.version();
  if (!version) {
    findings.push_back(bad("ollama", version.error()));
    return false;
  }
  findings.push_back(
      {Level::ok, "ollama", fmt::format("{} at {}", printable(*version, 40), ollama.host().url), ""});
  return true;
}

void look_at_gpu(World& world, std::vector<Finding>& findings) {
  const std::optional<Bytes> used = gpu::used_bytes(world.processes);
  if (used) {
    findings.push_back({Level::ok, "gpu", human_bytes(*used) + " in use, by whoever", ""});
  } else {
    findings.push_back({Level::warn, "gpu", "no driver can be asked on this machine",
                        "say what the card holds with --card, --tenant and --reserve"});
  }
}

void look_at_config(const std::string& flag, World& world, std::vector<Finding>& findings) {
  const Result<settings::Reading> reading = read_config_file(flag, world);
  if (!reading) return findings.push_back(bad("config", reading.error()));
  if (reading->config.path.empty() && reading->problems.empty())
    return findings.push_back({Level::ok, "config", "there is none; only nightly needs one", ""});
  for (const Error& problem : reading->problems) findings.push_back(bad("config", problem));
  for (const Error& doubt : reading->doubts) findings.push_back(warn("config", doubt));
  for (const Error& doubt : doubts_of_world(reading->config, world))
    findings.push_back(warn("config", doubt));
  if (!reading->problems.empty()) return;
  findings.push_back({Level::ok, "config",
                      fmt::format("{}: {}, {}", printable(reading->config.path),
                                  counted(static_cast<i64>(reading->config.sources.size()), "source"),
                                  counted(static_cast<i64>(reading->config.variants.size()), "variant")),
                      ""});
}

Result<ExitCode> run(const Flags& flags, World& world, Talk& talk) {
  const std::string host_text =
      flags.ollama_host.empty() ? world.environment.get("OLLAMA_HOST").value_or("") : flags.ollama_host;
  TRY_ASSIGN(const runtime::Host host, runtime::parse_host(host_text));
  runtime::Ollama ollama(world.http, world.clock, host);
  std::vector<Finding> findings;
  Result<state::State> state = state::State::open(world, state::Access::read);
  if (!state) {
    findings.push_back(bad("state", state.error()));
    if (findings.back().hint.starts_with("ctxcap doctor"))
      findings.back().hint = "put a backup in its place, or let the next apply or nightly move it aside";
  } else if (const Status looked = look_at_state(*state, findings); !looked) {
    findings.push_back(bad("state", looked.error()));
  }
  const bool answers = look_at_server(ollama, findings);
  if (answers && state) {
    if (const Status looked = look_at_models(ollama, *state, findings); !looked)
      findings.push_back(bad("models", looked.error()));
  }
  look_at_gpu(world, findings);
  look_at_config(flags.config, world, findings);

  talk.clear();
  world.console.out(report::findings_text(findings, talk.out()));
  const auto wrong =
      std::count_if(findings.begin(), findings.end(), [](const Finding& f) { return f.level == Level::bad; });
  if (wrong == 0) return ExitCode::done;
  return wrong == 1 && !answers ? ExitCode::unreachable : ExitCode::failure;
}

Runner configure(Parser& parser) {
  const auto flags = std::make_shared<Flags>();
  parser
      .add_option("--config", flags->config,
                  "The file (default: CTXCAP_CONFIG, else ~/.config/ctxcap/config.toml or /etc/ctxcap)")
      .type_name("FILE");
  parser.add_option("--ollama", flags->ollama_host, "Ollama server (default: OLLAMA_HOST)").type_name("HOST");
  return [flags](World& world, Talk& talk) { return run(*flags, world, talk); };
}

}  // namespace

constinit const Command kDoctor{"doctor", "Look at the state, the server, the GPU and the configuration",
                                "  ctxcap doctor\n"
                                "  ctxcap doctor --config /etc/ctxcap/config.toml\n",
                                configure};

}  // namespace ctxcap::app
