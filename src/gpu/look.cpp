#include <map>

#include "data/container.hpp"
#include "gpu/attribute.hpp"
#include "gpu/gpu.hpp"
#include "gpu/kernel.hpp"
#include "gpu/nvml.hpp"
#include "gpu/smi.hpp"
#include "ports/docker.hpp"

namespace ctxcap::gpu {

namespace {

// As programs that watch a host from a container name them.
KernelPaths kernel_of(World& world) {
  KernelPaths paths;
  if (const auto proc = world.environment.get("HOST_PROC").value_or(""); !proc.empty()) paths.proc = proc;
  if (const auto sys = world.environment.get("HOST_SYS").value_or(""); !sys.empty()) paths.sys = sys;
  return paths;
}

}  // namespace

struct Eye::Parts {
  struct Whose {
    std::string program;
    CardTenant tenant;
    std::optional<RunningWeights> runs;
  };

  World& world;
  std::vector<TenantRule> rules;
  KernelPaths kernel;
  std::unique_ptr<Nvml> nvml;
  std::map<i64, Whose> known;                       // by pid
  std::map<std::string, ContainerName> containers;  // by the first digits of their id

  Result<std::vector<CardLook>> by_nvml() {
    if (world.libraries == nullptr) return fail({.kind = ErrorKind::unreachable});
    if (nvml == nullptr) {
      TRY_ASSIGN(nvml, Nvml::open(*world.libraries));
    }
    Result<std::vector<CardLook>> looks = nvml->look();
    if (!looks) nvml.reset();  // a driver that was loaded anew is asked anew
    return looks;
  }

  // Docker is asked once for each container that is new; without it they keep their digits.
  const ContainerName& container(const std::string& id) {
    const auto [named, fresh] = containers.try_emplace(id);
    if (!fresh || id.empty()) return named->second;
    const auto docker = docker_here(world, "");
    const auto answer = docker ? get(*docker, "/containers/json", world, "") : fail(docker.error());
    if (!answer || answer->status != 200) return named->second;
    for (const DockerContainer& one : containers_of(answer->body).value_or(std::vector<DockerContainer>{}))
      containers[one.id.substr(0, id.size())] = {one.name, one.service};
    return containers[id];
  }

  // A pid may be given again, mostly to another program.
  void name(CardProcess& process, std::map<i64, Whose>& still) {
    const auto before = known.find(process.pid);
    Whose& whose = still[process.pid];
    if (before != known.end() && before->second.program == process.program) {
      whose = before->second;
    } else {
      const ProcessFacts facts = facts_of(process.pid, world.files, kernel.proc);
      whose = {process.program, gpu::whose(process, facts, container(container_of(facts)), rules),
               runner_of(facts)};
    }
    process.tenant = whose.tenant;
    process.runs = whose.runs;
  }
};

Eye::Eye(World& world, std::vector<TenantRule> rules)
    : parts_(std::make_unique<Parts>(Parts{world, std::move(rules), kernel_of(world), nullptr, {}, {}})) {}
Eye::~Eye() = default;

Result<std::vector<CardLook>> Eye::look() {
  Result<std::vector<CardLook>> looks = parts_->by_nvml();
  if (!looks && parts_->world.processes.find("nvidia-smi")) looks = look_by_smi(parts_->world.processes);
  if ((!looks && looks.error().kind == ErrorKind::unreachable) || (looks && looks->empty())) {
    if (auto others = look_by_kernel(parts_->world.files, parts_->kernel); !others.empty())
      looks = std::move(others);
  }
  if (!looks && looks.error().kind == ErrorKind::unreachable) {
    return fail(
        {.kind = ErrorKind::unreachable,
         .what = "no GPU driver can be asked",
         .why =
             "neither libnvidia-ml.so.1 nor nvidia-smi is here, and the kernel has no card of AMD or Intel",
         .hint = "ctxcap card --smi-log FILE   reads what another machine recorded"});
  }
  if (!looks) return looks;
  if (looks->empty()) {
    return fail({.what = "no card was found",
                 .why = "the NVIDIA driver runs but finds none",
                 .hint = "lspci | grep -i nvidia   shows whether one is there"});
  }
  looks = divided(*std::move(looks));
  std::map<i64, Parts::Whose> still;
  for (CardLook& card : *looks) {
    for (CardProcess& process : card.processes) parts_->name(process, still);
  }
  parts_->known = std::move(still);
  return looks;
}

std::vector<CardLook> seen_now(World& world, const std::vector<TenantRule>& rules) {
  return Eye(world, rules).look().value_or(std::vector<CardLook>{});
}

std::vector<AccountedPeak> Eye::accounted() {
  return parts_->nvml == nullptr ? std::vector<AccountedPeak>{} : parts_->nvml->accounted();
}

}  // namespace ctxcap::gpu
