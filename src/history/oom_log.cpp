#include "history/oom_log.hpp"

#include "tenants/tenants.hpp"

namespace ctxcap::history {
namespace {

std::optional<Bytes> most(const std::optional<ToldBytes>& told) {
  return told ? std::optional(told->most()) : std::nullopt;
}

}  // namespace

CardOom oom_of(const OomText& told, Instant at, std::string tenant) {
  CardOom oom{.at = at, .tenant = std::move(tenant), .held = most(told.held()), .wanted = most(told.wanted)};
  for (const auto& [pid, bytes] : told.processes) oom.pids.push_back(pid);
  return oom;
}

void read_oom_log(std::string_view bytes, const CardTenant& tenant, Joined& into) {
  into.tells_ooms();
  while (!bytes.empty()) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    const std::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
    const OomText told = tenants::read_oom(line);
    if (told.kind != OomKind::oom) continue;
    const auto at = parse_time(line.substr(0, line.find(' ')));
    if (at) into.oom(oom_of(told, *at, tenant.name));
  }
}

}  // namespace ctxcap::history
