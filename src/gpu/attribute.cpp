#include "gpu/attribute.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "base/units.hpp"

namespace ctxcap::gpu {
namespace {

constexpr std::size_t kId = 64, kShortId = 12;  // hex digits of a container
constexpr std::array<std::string_view, 11> kCompositors = {
    "Xorg",        "X",    "Xwayland", "gnome-shell", "kwin_wayland", "kwin_x11",
    "plasmashell", "sway", "Hyprland", "weston",      "cinnamon"};

std::string_view basename(std::string_view path) {
  const std::size_t slash = path.find_last_of("/\\");
  return slash == path.npos ? path : path.substr(slash + 1);
}

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

// "/system.slice/docker-<64 digits>.scope", "/docker/<64 digits>", libpod, cri-containerd: its first twelve.
std::string container_in(std::string_view cgroup) {
  for (std::size_t at = 0; at < cgroup.size();) {
    std::size_t end = at;
    while (end < cgroup.size() && is_hex(cgroup[end])) ++end;
    if (end - at == kId) return std::string(cgroup.substr(at, kShortId));
    at = end + 1;
  }
  return "";
}

// The last "x.service" of the path, which for a user's own is below user@1000.service.
std::string unit_in(std::string_view cgroup) {
  std::string unit;
  for (const std::string_view line : split(cgroup, '\n')) {
    for (const std::string_view part : split(line, '/')) {
      constexpr std::string_view kService = ".service";
      if (part.ends_with(kService) && part.size() > kService.size())
        unit = part.substr(0, part.size() - kService.size());
    }
  }
  return unit.starts_with("user@") ? "" : unit;
}

std::optional<std::string> argument(const ProcessFacts& facts, std::string_view name,
                                    std::string_view other = "") {
  for (std::size_t i = 1; i < facts.arguments.size(); ++i) {
    const std::string& text = facts.arguments[i];
    if ((text == name || text == other) && i + 1 < facts.arguments.size()) return facts.arguments[i + 1];
    if (text.size() > name.size() && text.starts_with(name) && text[name.size()] == '=')
      return text.substr(name.size() + 1);
  }
  return std::nullopt;
}

// "python3 -m whisperx ..." -> whisperx, "python3 /app/server.py" -> server.py
std::string script_of(const ProcessFacts& facts) {
  for (std::size_t i = 1; i < facts.arguments.size(); ++i) {
    const std::string& text = facts.arguments[i];
    if (text == "-m" && i + 1 < facts.arguments.size()) return facts.arguments[i + 1];
    if (text == "-c") return "";
    if (!text.starts_with('-')) return std::string(basename(text));
  }
  return "";
}

bool is_python(std::string_view program) {
  return program.starts_with("python");
}

std::optional<CardTenant> server_of_models(const std::string& program, const ProcessFacts& facts) {
  const std::string small = lowered(program);
  const auto model = argument(facts, "--model", "-m");
  // Ollama starts it with weights of its store; any other is somebody's own.
  if (small.starts_with("llama-server") && model && model->find("/blobs/sha256-") == std::string::npos)
    return CardTenant{"llama-server", TenantKind::llama_server, "program " + program};
  if (auto server = server_by_program(program)) return server;
  const std::string script = is_python(small) ? script_of(facts) : "";
  if (script == "vllm" || script.starts_with("vllm."))
    return CardTenant{"vllm", TenantKind::vllm, "module vllm"};
  return std::nullopt;
}

}  // namespace

ProcessFacts facts_of(i64 pid, Files& files, const std::string& proc) {
  const std::string folder = fmt::format("{}/{}/", proc, pid);
  ProcessFacts facts;
  facts.cgroup = files.read_all(folder + "cgroup").value_or("");
  const std::string line = files.read_all(folder + "cmdline").value_or("");
  for (const std::string_view part : split(line, '\0')) {
    if (!part.empty()) facts.arguments.emplace_back(part);
  }
  return facts;
}

std::optional<RunningWeights> runner_of(const ProcessFacts& facts) {
  const auto model = argument(facts, "--model", "-m");
  if (!model || facts.arguments.empty()) return std::nullopt;
  if (!basename(facts.arguments.front()).starts_with("llama-server")) return std::nullopt;
  RunningWeights runs;
  std::string_view name = basename(*model);
  if (name.starts_with("sha256-")) name.remove_prefix(7);
  runs.weights = printable(name, 80);
  runs.parallel =
      std::max<i64>(1, parse_integer(argument(facts, "--parallel", "-np").value_or("")).value_or(1));
  const auto all = parse_integer(argument(facts, "--ctx-size", "-c").value_or(""));
  if (all && *all > 0) runs.num_ctx = *all / runs.parallel;
  return runs;
}

std::string container_of(const ProcessFacts& facts) {
  return container_in(facts.cgroup);
}

namespace {

CardTenant by_itself(const CardProcess& process, const ProcessFacts& facts, const std::string& program,
                     const ContainerName& container) {
  if (auto server = server_of_models(program, facts)) return *server;
  const std::string called = printable(container.service.empty() ? container.name : container.service, 60);
  if (const std::string id = container_in(facts.cgroup); !id.empty() && !called.empty())
    return {called, TenantKind::container,
            fmt::format("container {} ({})", printable(container.name, 60), id)};
  else if (!id.empty())
    return {"container " + id, TenantKind::container, "control group of container " + id};
  const bool draws =
      std::find(kCompositors.begin(), kCompositors.end(), process.program) != kCompositors.end();
  if (process.use == CardProcess::Use::graphics || draws)
    return {"desktop", TenantKind::desktop, "draws: " + printable(process.program, 60)};
  if (const std::string unit = unit_in(facts.cgroup); !unit.empty())
    return {printable(unit, 60), TenantKind::unit, "systemd unit " + printable(unit, 60)};
  if (const std::string script = is_python(program) ? script_of(facts) : ""; !script.empty())
    return {printable(script, 60), TenantKind::process, "Python's " + printable(script, 60)};
  if (!program.empty()) return {program, TenantKind::process, "program " + program};
  return {fmt::format("pid {}", process.pid), TenantKind::process,
          "a process that is gone, or of another container"};
}

}  // namespace

CardTenant whose(const CardProcess& process, const ProcessFacts& facts, const ContainerName& container,
                 const std::vector<TenantRule>& rules) {
  const std::string program =
      facts.arguments.empty() ? process.program : printable(basename(facts.arguments.front()), 60);
  CardTenant tenant = by_itself(process, facts, program, container);
  const TenantRule* rule = rule_for(rules, {.container = container.name,
                                            .service = container.service,
                                            .unit = unit_in(facts.cgroup),
                                            .program = program,
                                            .command = join(facts.arguments, " ")});
  if (rule == nullptr) return tenant;
  tenant.name = printable(rule->name, 60);
  tenant.evidence += "; [[card.tenant]] " + printable(rule->match, 60);
  return tenant;
}

}  // namespace ctxcap::gpu
