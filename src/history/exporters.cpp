#include "history/exporters.hpp"

#include "base/text.hpp"

namespace ctxcap::history {
namespace {

constexpr Bytes kMiB = Bytes{1} << 20;

constexpr Exporter kExporters[] = {
    {.name = "nvidia_gpu_exporter",
     .used = "nvidia_smi_memory_used_bytes",
     .total = "nvidia_smi_memory_total_bytes",
     .reserved = "nvidia_smi_memory_reserved_bytes",
     .unit = 1,
     .card = "uuid",
     .processes = "nvidia_smi_compute_app_used_memory_bytes",
     .tenant = "process_name",
     .pid = "pid"},
    {.name = "nvitop-exporter",
     .used = "gpu_memory_used_MiB",
     .total = "gpu_memory_total_MiB",
     .unit = kMiB,
     .card = "uuid",
     .processes = "process_gpu_memory_MiB",
     .pid = "pid"},
    {.name = "homelab-monitor",
     .used = "homelab_gpu_vram_used_mb",
     .total = "homelab_gpu_vram_total_mb",
     .unit = kMiB,
     .card = "gpu",
     .processes = "homelab_model_loaded_vram_mb",
     .tenant = "server"},
    {.name = "dcgm-exporter",
     .used = "DCGM_FI_DEV_FB_USED",
     .reserved = "DCGM_FI_DEV_FB_RESERVED",
     .free = "DCGM_FI_DEV_FB_FREE",
     .unit = kMiB,
     .card = "UUID",
     .container = "container",
     .instance = "GPU_I_ID"},
};

}  // namespace

std::vector<Exporter> exporters(const CardMetrics& own) {
  std::vector<Exporter> all(std::begin(kExporters), std::end(kExporters));
  if (!own.card.empty()) all = {{.name = own.card, .used = own.card, .total = own.total, .unit = 0}};
  for (Exporter& one : all) {
    if (own.tenants.empty()) continue;
    one.own = true;
    one.processes = own.tenants;
    one.tenant = own.label;
    one.pid = "pid";
  }
  return all;
}

Bytes unit_of(std::string_view metric) {
  const std::string name = lowered(metric.substr(0, metric.find('{')));
  for (const auto& [end, unit] :
       {std::pair("mb", kMiB), {"mib", kMiB}, {"megabytes", kMiB}, {"gb", 1024 * kMiB}, {"gib", 1024 * kMiB}})
    if (name.ends_with(end)) return unit;
  return 1;
}

}  // namespace ctxcap::history
