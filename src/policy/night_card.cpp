// What the card says of the change that was made last.

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/units.hpp"
#include "policy/night.hpp"

namespace ctxcap::policy {
namespace {

std::string told(const SinceChange& since) {
  const std::string overlaps = counted(since.overlaps, "overlap") + " since the change";
  if (!since.tells_ooms) return overlaps + ", and nothing shows whether the card ran out of memory";
  if (since.ooms.empty()) return overlaps + ", no OOM";
  return fmt::format("{}, {}", overlaps, counted(static_cast<i64>(since.ooms.size()), "OOM"));
}

// Of the OOMs, those for which the window of before would have left enough.
i64 by_growth(const Group& group, const SinceChange& since) {
  if (!since.before || !group.at_dusk || *since.before >= *group.at_dusk) return 0;
  const std::optional<Bytes> now = bytes_at(group, group.at_dusk), then = bytes_at(group, since.before);
  if (!now || !then) return 0;
  return std::count_if(since.ooms.begin(), since.ooms.end(), [&](const std::optional<Bytes>& missing) {
    return missing && *missing <= *now - *then;
  });
}

}  // namespace

void heed_card(Group& group, const SinceChange& since, const Moment& moment,
               const std::optional<QuietHours>& quiet_hours) {
  if (!group.at_dusk || (since.overlaps == 0 && since.ooms.empty())) return;
  Verdict& verdict = group.verdict;
  const i64 ours = by_growth(group, since);
  if (ours == 0 || verdict.move == Move::shrink) {
    verdict.reason += "; " + told(since);
    return;
  }
  verdict = {
      Move::shrink, since.before,
      fmt::format(
          "taken back: since it grew from {} to {} the card ran out of memory; {} of {} because of that",
          with_commas(*since.before), with_commas(*group.at_dusk), with_commas(ours),
          counted(static_cast<i64>(since.ooms.size()), "OOM"))};
  if (!quiet_hours || !is_quiet(*quiet_hours, moment.local_minute())) return;
  verdict.move = Move::wait;
  verdict.reason += "; waits for the quiet hours to end at " + end_of(*quiet_hours);
}

}  // namespace ctxcap::policy
