// The systemd units of examples/nightly, for this machine.

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "setup/setup.hpp"

namespace ctxcap::setup {
namespace {

// A word of ExecStart=: in quotes, with what systemd would replace written twice.
std::string word(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '%' || c == '$') out += c;
    out += c;
  }
  return out + '"';
}

// What a manager of one user understands; the rest of the example is about users, folders and name spaces.
bool is_for_anyone(std::string_view line) {
  constexpr std::array<std::string_view, 13> kKept = {
      "[",         "Description=", "Type=",           "ExecStart=",   "# A load",  "TimeoutStartSec=",
      "Nice=",     "NoNewPrivil",  "LockPersonality", "MemoryDenyWr", "RestrictA", "RestrictN",
      "SystemCall"};
  return line.empty() || std::any_of(kKept.begin(), kKept.end(),
                                     [&](std::string_view start) { return line.starts_with(start); });
}

std::string service(std::string_view example, const std::string& command, bool root, bool langfuse_keys) {
  std::string text;
  for (std::string_view line : split(example, '\n')) {
    const bool foreign = line.starts_with("# /etc/") || line.starts_with("OnFailure=") ||
                         line.starts_with("Documentation=") || (!root && !is_for_anyone(line));
    if (foreign || (line.empty() && text.ends_with("\n\n"))) continue;
    if (line.starts_with("ExecStart=")) {
      text += "ExecStart=" + command + "\n";
      if (!root)
        text +=
            "# Keys, one NAME=value a line: LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY.\n"
            "EnvironmentFile=-%E/ctxcap/keys.env\n";
    } else if (line == "User=ctxcap") {
      text += "DynamicUser=yes\n";  // there is no package that makes one
    } else {
      // A credential that is missing stops a service.
      text += (line.starts_with("LoadCredential=") && !langfuse_keys ? "#" : "") + std::string(line) + "\n";
    }
  }
  while (text.ends_with("\n\n")) text.pop_back();
  return text;
}

std::string timer(std::string_view example) {
  std::string text(example);
  if (text.starts_with('#')) text.erase(0, text.find('\n') + 1);
  return text;
}

}  // namespace

Units units_for(const std::string& config, const Draft& draft, const Seen& seen, const Templates& templates,
                World& world) {
  const std::string program = world.processes.find("ctxcap").value_or("/usr/local/bin/ctxcap");
  const std::string xdg = world.environment.get("XDG_CONFIG_HOME").value_or("");
  const std::string home =
      xdg.starts_with('/') ? xdg : world.environment.get("HOME").value_or("") + "/.config";
  const std::string path = whole_path(config, world.files.working_directory());
  const bool keys = !value_in(draft, "source", "langfuse").empty() &&
                    world.files.kind("/etc/ctxcap/credentials/LANGFUSE_SECRET_KEY") != PathKind::missing;
  const std::string systemctl = seen.root ? "systemctl" : "systemctl --user";
  return {.directory = seen.root ? "/etc/systemd/system" : home + "/systemd/user",
          .service =
              service(templates.service, word(program) + " nightly --config " + word(path), seen.root, keys),
          .timer = timer(templates.timer),
          .enable = systemctl + " daemon-reload && " + systemctl + " enable --now ctxcap.timer"};
}

}  // namespace ctxcap::setup
