#include <fmt/format.h>

#include "base/text.hpp"
#include "policy/hysteresis.hpp"

namespace ctxcap::policy {
namespace {

// "08:00"; "24:00" is none, the day ends at "00:00".
std::optional<int> minute_of_day(std::string_view text) {
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9' ? text[i] - '0' : -1; };
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  for (const std::size_t i : {0u, 1u, 3u, 4u}) {
    if (digit(i) < 0) return std::nullopt;
  }
  const int hours = digit(0) * 10 + digit(1), minutes = digit(3) * 10 + digit(4);
  if (hours > 23 || minutes > 59) return std::nullopt;
  return hours * 60 + minutes;
}

}  // namespace

Result<QuietHours> parse_quiet_hours(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash != std::string_view::npos) {
    const auto from = minute_of_day(text.substr(0, dash)), to = minute_of_day(text.substr(dash + 1));
    if (from && to && *from != *to) return QuietHours{*from, *to};
  }
  return fail({.kind = ErrorKind::usage,
               .what = fmt::format("quiet hours cannot be \"{}\"", printable(text, 40)),
               .why = "they are two different times of the local day",
               .hint = "write them like 08:00-20:00, or 22:00-06:00 over midnight"});
}

bool is_quiet(const QuietHours& hours, int local_minute) {
  if (hours.from < hours.to) return local_minute >= hours.from && local_minute < hours.to;
  return local_minute >= hours.from || local_minute < hours.to;
}

std::string end_of(const QuietHours& hours) {
  return fmt::format("{:02}:{:02}", hours.to / 60, hours.to % 60);
}

Day night_of(Instant now, i64 local_offset_minutes) {
  return day_of({now.micros + (local_offset_minutes - kMinutesPerDay / 2) * kMicrosPerMinute});
}

}  // namespace ctxcap::policy
