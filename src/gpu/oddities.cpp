// What is not as on a plain machine, in words: what is missing is told, and why it may be.

#include <algorithm>

#include "base/text.hpp"
#include "base/units.hpp"
#include "gpu/attribute.hpp"
#include "gpu/gpu.hpp"

namespace ctxcap::gpu {
namespace {

constexpr Bytes kMuch = Bytes{1} << 30;  // more than a driver keeps for itself

std::string name_of(const CardLook& look) {
  return look.facts.name.empty() ? fmt::format("card {}", look.facts.index) : look.facts.name;
}

bool by_kernel(const CardLook& look) {
  return look.facts.driver == "amdgpu" || look.facts.driver == "i915" || look.facts.driver == "xe";
}

std::string processes_of(const CardLook& look, Files& files, const std::string& proc) {
  const Bytes used = look.facts.used.value_or(0);
  const auto& all = look.processes;
  if (!look.hidden.empty()) return "processes of " + name_of(look) + " are not told: " + look.hidden;
  if (by_kernel(look)) {
    Bytes known = 0;
    for (const CardProcess& process : all) known += process.bytes.value_or(0);
    return used - known > kMuch
               ? fmt::format("{} on {} are of processes that this user is not told of: only root is",
                             human_bytes(used - known), name_of(look))
               : "";
  }
  if (all.empty() && used > kMuch)
    return fmt::format(
        "the driver names no process of {}, though {} are in use: a container needs --pid=host, and WSL "
        "never names any",
        name_of(look), human_bytes(used));
  if (all.empty()) return "";
  if (std::none_of(all.begin(), all.end(), [](const CardProcess& process) { return !!process.bytes; }))
    return "the driver does not say what each process of " + name_of(look) + " has, as under Windows and WSL";
  const bool strangers = std::all_of(all.begin(), all.end(), [&](const CardProcess& process) {
    const ProcessFacts facts = facts_of(process.pid, files, proc);
    return facts.cgroup.empty() && facts.arguments.empty();
  });
  return strangers
             ? fmt::format(
                   "no process of {} is in {}: they are the host's, which a container sees with --pid=host",
                   name_of(look), proc)
             : "";
}

}  // namespace

std::vector<std::string> oddities(const std::vector<CardLook>& looks, World& world) {
  const std::string proc = world.environment.get("HOST_PROC").value_or("");
  std::vector<std::string> all;
  for (const CardLook& look : looks) {
    if (!look.facts.total)
      all.push_back("the driver tells no memory of " + name_of(look) +
                    ": it may be shared with the system (unified), or this user may not ask for it; give it "
                    "with --card");
    if (std::string told = processes_of(look, world.files, proc.empty() ? "/proc" : proc); !told.empty())
      all.push_back(std::move(told));
  }
  const auto parts =
      std::count_if(looks.begin(), looks.end(), [](const CardLook& look) { return !!look.part_of; });
  if (parts > 0)
    all.push_back(
        fmt::format("a card is divided (MIG): {} of these are its instances, and nobody gets more than one",
                    with_commas(parts)));
  return all;
}

}  // namespace ctxcap::gpu
