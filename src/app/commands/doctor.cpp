// ctxcap doctor: is everything as it should be? One line for each thing, with what to do about it.

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "app/commands.hpp"
#include "app/keep_now.hpp"
#include "app/settings_file.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "gpu/gpu.hpp"
#include "report/report.hpp"
#include "runtime/runtime.hpp"
#include "state/state.hpp"

namespace ctxcap::app {
namespace {

using Level = report::Finding::Level;

report::Finding bad(const std::string& topic, const Error& error) {
  return {Level::bad, topic, error.what + ": " + error.why, error.hint};
}
report::Finding warn(const std::string& topic, const Error& error) {
  return {Level::warn, topic, error.what + ": " + error.why, error.hint};
}

void append_findings(std::vector<report::Finding>& all, const std::vector<report::Finding>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

Status look_at_state(state::State& state, std::vector<report::Finding>& findings) {
  TRY_ASSIGN(const Health health, state.health());
  findings.push_back(report::health_of(health));
  TRY_ASSIGN(const std::vector<Journal> journals, state.journals());
  append_findings(findings, report::half_done(journals));
  return {};
}

// What the server has, against what the state says of it.
Status look_at_models(runtime::Ollama& ollama, state::State& state, std::vector<report::Finding>& findings) {
  TRY_ASSIGN(const std::vector<InstalledModel> installed, ollama.installed());
  TRY_ASSIGN(const std::vector<Journal> journals, state.journals());
  TRY_ASSIGN(std::vector<OwnedVariant> ours, state.variants());
  std::erase_if(ours, [&](const OwnedVariant& one) { return one.host != ollama.host().id; });
  append_findings(findings, report::stray_backups(runtime::stray_backups(installed, journals)));
  append_findings(findings, report::fate_of(ours, installed, journals));
  return {};
}

// Whether the server answered.
bool look_at_server(runtime::Ollama& ollama, std::vector<report::Finding>& findings) {
  const Result<std::string> version = ollama.version();
  if (!version) {
    findings.push_back(bad("ollama", version.error()));
    return false;
  }
  findings.push_back(
      {Level::ok, "ollama", fmt::format("{} at {}", printable(*version, 40), ollama.host().url), ""});
  return true;
}

void look_at_gpu(World& world, std::vector<report::Finding>& findings) {
  const Result<std::vector<CardLook>> looks = gpu::Eye(world).look();
  const std::optional<Bytes> used = looks ? gpu::used_bytes(*looks) : std::nullopt;
  if (!looks && looks.error().kind != ErrorKind::unreachable) {
    findings.push_back(
        {Level::warn, "gpu", looks.error().what + ": " + looks.error().why, looks.error().hint});
  } else if (used) {
    findings.push_back({Level::ok, "gpu", human_bytes(*used) + " in use by all programs", ""});
  } else if (!looks) {
    findings.push_back({Level::warn, "gpu", "no driver can be asked on this machine",
                        "describe the card with --card, --tenant and --reserve"});
  }
  for (const std::string& odd : gpu::oddities(looks.value_or(std::vector<CardLook>{}), world))
    findings.push_back({Level::warn, "gpu", odd, "ctxcap card   shows what the driver says"});
}

void look_at_config(const settings::Reading& reading, World& world, std::vector<report::Finding>& findings) {
  const settings::Settings& settings = reading.settings;
  if (settings.path.empty() && reading.problems.empty())
    return findings.push_back({Level::ok, "config", "there is none; only nightly needs one", ""});
  for (const Error& problem : reading.problems) findings.push_back(bad("config", problem));
  for (const Error& doubt : reading.doubts) findings.push_back(warn("config", doubt));
  for (const Error& doubt : doubts_of_world(settings, world)) findings.push_back(warn("config", doubt));
  if (!reading.problems.empty()) return;
  findings.push_back({Level::ok, "config",
                      fmt::format("{}: {}, {}", printable(settings.path), sources_text(settings),
                                  counted(static_cast<i64>(settings.variants.size()), "variant")),
                      ""});
}

Result<ExitCode> run_doctor(const cli::SkinFlags& output, const settings::Reading& reading, World& world,
                            Talk& talk) {
  TRY(cli::check_skins("doctor", output));
  TRY_ASSIGN(const runtime::Host host, runtime::parse_host(reading.settings.ollama.host));
  runtime::Ollama ollama(world.http, world.clock, host);
  std::vector<report::Finding> findings;
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
  if (answers && state) append_findings(findings, look_at_keeping(ollama, *state, reading.settings, world));
  look_at_config(reading, world, findings);

  TRY(cli::write_skins({.text = [&](const auto& style) { return report::findings_text(findings, style); },
                        .json = [&] { return report::findings_json(findings); }},
                       output, world, talk));
  const auto wrong = std::count_if(findings.begin(), findings.end(),
                                   [](const report::Finding& f) { return f.level == Level::bad; });
  if (wrong == 0) return ExitCode::done;
  return wrong == 1 && !answers ? ExitCode::unreachable : ExitCode::failure;
}

Runner configure_doctor(Parser& parser) {
  const auto output = std::make_shared<cli::SkinFlags>(cli::SkinFlags{.pages = false});
  cli::add_skin_flags(parser, *output);
  return [output](const settings::Reading& reading, World& world, Talk& talk) {
    return run_doctor(*output, reading, world, talk);
  };
}

}  // namespace

constinit const Command kDoctor{"doctor",
                                "Check the state, the server, the GPU and the configuration",
                                "  ctxcap doctor\n"
                                "  ctxcap doctor --config /etc/ctxcap/config.toml\n"
                                "  ctxcap doctor -f json\n",
                                configure_doctor,
                                settings::kDoctor,
                                true};

}  // namespace ctxcap::app
