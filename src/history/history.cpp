#include "history/history.hpp"

#include "base/text.hpp"
#include "base/time.hpp"
#include "history/homelab.hpp"
#include "history/joined.hpp"
#include "history/oom_log.hpp"
#include "history/prometheus.hpp"
#include "history/smi_log.hpp"
#include "history/tool_text.hpp"

namespace ctxcap::history {
namespace {

constexpr i64 kFortnight = 14 * kMicrosPerDay;  // what is asked of a server without a time

// "/var/log/whisperx.log" -> "whisperx"
CardTenant tenant_of_file(const std::string& path) {
  std::string name = path.substr(path.rfind('/') + 1);
  const std::size_t dot = name.find('.');
  if (dot != std::string::npos && dot > 0) name.resize(dot);
  CardTenant tenant = tenant_of_process(name);
  tenant.evidence = "log " + tenant.name;
  return tenant;
}

}  // namespace

Result<std::vector<CardHistory>> read(const Sources& sources, World& world) {
  Joined joined(sources.from);
  const auto zone = [&](Instant at) { return world.clock.local_offset(at); };
  for (const std::string& path : sources.smi_logs) {
    TRY_ASSIGN(const auto file, world.files.map(path));
    const std::string_view text = file->bytes().substr(0, file->left());
    TRY_ASSIGN(const bool printed, read_tool_text(text, path, zone, joined));
    if (!printed) TRY(read_smi_log(text, path, zone, joined));
    joined.source(printable(path));
  }
  if (!sources.homelab.empty()) {
    const bool address = sources.homelab.starts_with("http://") || sources.homelab.starts_with("https://");
    TRY(address ? read_homelab_api(sources.homelab, sources.from, world, joined)
                : read_homelab(world.databases, sources.homelab, joined));
    joined.source(printable(sources.homelab));
  }
  if (!sources.prometheus.empty()) {
    const Instant from = sources.from.value_or(Instant{world.clock.now().micros - kFortnight});
    TRY(read_prometheus(sources.prometheus, sources.metrics, from, world, joined));
    joined.source(printable(sources.prometheus));
  }
  for (const std::string& path : sources.logs) {
    TRY_ASSIGN(const auto file, world.files.map(path));
    read_oom_log(file->bytes().substr(0, file->left()), tenant_of_file(path), joined);
    joined.source(printable(path));
  }
  return std::move(joined).finish();
}

}  // namespace ctxcap::history
