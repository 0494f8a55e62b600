#include <fmt/format.h>

#include <algorithm>

#include "base/glossary.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "data/host.hpp"
#include "gpu/gpu.hpp"
#include "runtime/runtime.hpp"
#include "setup/setup.hpp"
#include "sources/sources.hpp"

namespace ctxcap::setup {
namespace {

constexpr auto kAtMost = std::chrono::seconds(5);

// As people write it: without the tag that is meant anyway.
std::string short_name(const std::string& name) {
  constexpr std::string_view kLatest = ":latest";
  return name.ends_with(kLatest) ? name.substr(0, name.size() - kLatest.size()) : name;
}

void ask_ollama(const std::string& host, World& world, Seen& seen) {
  runtime::ServerOptions options;
  options.patience.answer = kAtMost;
  const Result<Host> where = parse_host(host);
  if (!where) {
    seen.silence = where.error().why;
    return;
  }
  seen.host = where->url;
  runtime::Ollama ollama(world.http, world.clock, *where, options);
  const Result<std::string> version = ollama.version();
  if (!version) {
    seen.silence = version.error().why;
    return;
  }
  seen.version = printable(*version, 40);
  // Without a list of models the rest is still known.
  for (const RunningModel& model : ollama.running().value_or(std::vector<RunningModel>()))
    seen.running.push_back(short_name(model.name));
  for (const InstalledModel& model : ollama.installed().value_or(std::vector<InstalledModel>())) {
    // A window is cut for what was pulled; what somebody made of it has windows of its own.
    if (!model.parent.empty()) {
      std::replace(seen.running.begin(), seen.running.end(), short_name(model.name), model.parent);
    } else {
      seen.models.push_back(short_name(model.name));
    }
  }
}

// What a command says; "" where it is not there, or fails.
std::string output_of(std::vector<std::string> argv, World& world) {
  if (!world.processes.find(argv.front())) return "";
  const Result<ProcessResult> done = world.processes.run({.argv = std::move(argv), .timeout = kAtMost});
  return done && done->exit_code == 0 ? done->out : "";
}

void look_for_langfuse(World& world, Seen& seen) {
  for (const char* name : {"LANGFUSE_BASE_URL", "LANGFUSE_HOST"}) {
    if (seen.langfuse.empty()) seen.langfuse = world.environment.get(name).value_or("");
  }
  if (seen.langfuse.empty()) return;
  const SourceKind* kind = find_kind(sources::kinds(), "langfuse");
  seen.keys_missing =
      sources::doubts({.kind = kind, .where = {seen.langfuse}, .keys = std::string(kind->keys)}, world);
}

}  // namespace

Seen look_around(const settings::Settings& settings, World& world) {
  Seen seen;
  ask_ollama(settings.ollama.host, world, seen);
  look_for_langfuse(world, seen);
  const Result<Host> host = parse_host(settings.ollama.host);
  if (host && host->reach == Reach::local) {
    seen.log = sources::find_own_log(world);
    const std::vector<CardLook> looks = gpu::seen_now(world);
    seen.card = gpu::total_bytes(looks);
    if (seen.card) seen.used = gpu::used_bytes(looks);
  }
  seen.root = output_of({"id", "-u"}, world) == "0\n";
  seen.systemd = world.processes.find("systemctl").has_value();
  return seen;
}

std::string seen_text(const Seen& seen) {
  std::vector<std::pair<std::string, std::string>> lines;
  lines.emplace_back("Ollama", seen.version.empty()
                                   ? "no answer: " + seen.silence
                                   : fmt::format("{} at {}, {}", seen.version, seen.host,
                                                 counted(static_cast<i64>(seen.models.size()), "model")));
  if (!seen.running.empty()) lines.emplace_back("loaded", printable(join(seen.running, ", ")));
  lines.emplace_back("its log", seen.log ? seen.log->said : "not found here");
  lines.emplace_back("Langfuse", seen.langfuse.empty() ? "not in the environment"
                                 : seen.keys_missing.empty()
                                     ? printable(seen.langfuse) + ", with its keys"
                                     : printable(seen.langfuse) + "; " + seen.keys_missing.front().what);
  lines.emplace_back("card", !seen.card ? "no driver can be asked here"
                                        : human_bytes(*seen.card) + ", in use: " +
                                              (seen.used ? human_bytes(*seen.used) : "unknown"));
  return glossary(lines, 100);
}

}  // namespace ctxcap::setup
