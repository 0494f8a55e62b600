// Stage 8: whoever wants to hear of the night.

#include "nights/tell.hpp"

#include "base/time.hpp"
#include "notify/notify.hpp"

namespace ctxcap::nights {
Result<std::vector<NoticeOfOom>> ooms_since_last_run(const Night& night,
                                                     const std::vector<ServerNight>& servers) {
  TRY_ASSIGN(const std::vector<Run> runs, night.state.runs("nightly"));
  Instant since{night.now.micros - kMicrosPerDay};
  bool first = true;
  for (const Run& run : runs) {
    if (run.id == night.run || night.now < run.started) continue;
    since = first ? run.started : std::max(since, run.started);
    first = false;
  }
  std::vector<NoticeOfOom> ooms;
  for (const ServerNight& here : servers) {
    if (!here.server.card || !here.server.card->past) continue;
    for (const OomUse& one : here.server.card->past->ooms) {
      if (since < one.oom.at && one.oom.at < night.now)
        ooms.push_back({one.oom.at, one.oom.tenant, one.held, one.oom.wanted});
    }
  }
  return ooms;
}

std::vector<Warning> tell_people(const Notice& notice, const settings::Settings& settings, World& world) {
  std::vector<Warning> warnings;
  if (notice.what.empty()) return warnings;  // nothing happened
  for (const NotifySettings& whom : settings.notify) {
    const Status told = notify::wants(whom, notice) ? notify::tell(whom, notice, world) : Status{};
    if (!told) warnings.push_back({"not-told", fmt::format("{}: {}", told.error().what, told.error().why)});
  }
  return warnings;
}

}  // namespace ctxcap::nights
