#pragma once
// Inside gpu/: whose a process is.

#include <optional>
#include <string>
#include <vector>

#include "data/card.hpp"
#include "ports/files.hpp"

namespace ctxcap::gpu {

// What the kernel says of a process: arguments one by one, and its control groups. Empty: it is gone, of
// another pid namespace, or somebody else's.
struct ProcessFacts {
  std::vector<std::string> arguments;
  std::string cgroup;  // the text of /proc/PID/cgroup
};
ProcessFacts facts_of(i64 pid, Files& files, const std::string& proc = "/proc");

// The first twelve digits of its container; "": it is in none.
std::string container_of(const ProcessFacts& facts);

// By its container as people call it.
struct ContainerName {
  std::string name, service;  // service: of a compose file; both "": not known
};

// The first rule that holds: the user's own; a server of language models by its program; a container by the
// 64 digits in its control group; what only draws is the desktop; the service that systemd runs it as; the
// module or script of a Python; the program. Arguments are looked at, and none is kept but a module's or a
// script's name.
CardTenant whose(const CardProcess& process, const ProcessFacts& facts, const ContainerName& container = {},
                 const std::vector<TenantRule>& rules = {});

// The model, window and slots of a runner, by its arguments; nullopt: it is none, or hides them.
std::optional<RunningWeights> runner_of(const ProcessFacts& facts);

}  // namespace ctxcap::gpu
