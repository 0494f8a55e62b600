#include "ingest/formats/server_log/clock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "base/time.hpp"

namespace ctxcap::ingest::server_log {
namespace {

// "+02:00" at the end of a time.
i64 zone_of(std::string_view time) {
  if (time.size() < 7 || time[time.size() - 3] != ':') return 0;
  const std::string_view zone = time.substr(time.size() - 6);
  int hours = 0, minutes = 0;
  std::from_chars(zone.data() + 1, zone.data() + 3, hours);
  std::from_chars(zone.data() + 4, zone.data() + 6, minutes);
  const i64 east = (i64{hours} * 60 + minutes) * kMicrosPerMinute;
  return zone[0] == '-' ? -east : zone[0] == '+' ? east : 0;
}

}  // namespace

void Clock::see(std::string_view text, std::optional<Instant> at) {
  constexpr std::string_view kOwn = "time=20";
  if (const std::size_t found = text.find(kOwn); found != std::string_view::npos) {
    std::string_view time = text.substr(found + kOwn.size() - 2);
    time = time.substr(0, time.find(' '));
    if (const auto parsed = parse_time(time)) {
      zone_ = zone_of(time);
      now_ = parsed;
      return;
    }
  }
  if (!at) at = of_access_line(text);
  if (!at) at = of_prefix(text);
  if (at) now_ = at;
}

std::optional<Instant> Clock::of_access_line(std::string_view text) const {
  constexpr std::string_view kAccess = "[GIN] 20";
  const std::size_t found = text.find(kAccess);
  constexpr std::size_t kLength = 21;  // "2026/11/29 - 13:05:57"
  if (found == std::string_view::npos || text.size() < found + 6 + kLength) return std::nullopt;
  const std::string_view time = text.substr(found + 6, kLength);
  const auto local = parse_time(
      fmt::format("{}-{}-{}T{}Z", time.substr(0, 4), time.substr(5, 2), time.substr(8, 2), time.substr(13)));
  if (!local) return std::nullopt;
  return Instant{local->micros - zone_};
}

// The year is that of the last time that had one.
std::optional<Instant> Clock::of_prefix(std::string_view text) const {
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (!now_ || text.size() < 16 || text[3] != ' ' || text[6] != ' ' || text[9] != ':') return std::nullopt;
  const auto month = std::find(kMonths.begin(), kMonths.end(), text.substr(0, 3));
  if (month == kMonths.end()) return std::nullopt;
  const char tens = text[4] == ' ' ? '0' : text[4];
  const std::string year = rfc3339(Instant{now_->micros + zone_}).substr(0, 4);
  const auto local = parse_time(
      fmt::format("{}-{:02}-{}{}T{}Z", year, month - kMonths.begin() + 1, tens, text[5], text.substr(7, 8)));
  if (!local) return std::nullopt;
  constexpr i64 kYear = 365 * kMicrosPerDay;
  i64 micros = local->micros - zone_;
  if (micros < now_->micros - kYear / 2) micros += kYear;
  if (micros > now_->micros + kYear / 2) micros -= kYear;
  return Instant{micros};
}

}  // namespace ctxcap::ingest::server_log
