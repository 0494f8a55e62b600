#pragma once
// Instants and UTC days, without a clock: where a time comes from is the caller's business.

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "base/quantity.hpp"

namespace ctxcap {

// Microseconds since 1970-01-01T00:00:00Z.
struct Instant {
  i64 micros = 0;
  auto operator<=>(const Instant&) const = default;
};

inline constexpr i64 kMinutesPerDay = 1440;
inline constexpr i64 kMicrosPerMinute = 60'000'000, kMicrosPerHour = 60 * kMicrosPerMinute, kMicrosPerDay = 24 * kMicrosPerHour;

// Days since 1970-01-01, UTC.
using Day = i64;

Day day_of(Instant instant);

// "2026-08-20T09:15:02Z"; milliseconds or microseconds follow only where they are not zero.
std::string rfc3339(Instant instant);
// "2026-08-20"
std::string iso_date(Day day);

// Reads RFC 3339 ("2026-08-20T09:15:02.123Z", "+02:00") and ClickHouse's zone-less UTC form
// ("2026-08-20 09:15:02.123000"); fractions beyond microseconds are cut. nullopt: not such a time.
std::optional<Instant> parse_time(std::string_view text);

// What people write on a command line: a time as above, a date ("2026-08-20": its first moment, UTC), or how
// long before `now`: "90m", "36h", "7d", "4w". nullopt: none of these.
std::optional<Instant> parse_when(std::string_view text, Instant now);

}  // namespace ctxcap
