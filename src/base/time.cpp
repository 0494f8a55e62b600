#include "base/time.hpp"

#include <fmt/format.h>

#include <chrono>

namespace ctxcap {
namespace {

constexpr i64 kMicrosPerSecond = 1'000'000;

i64 floor_div(i64 a, i64 b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

// Exactly `digits` decimal digits at the front of `text`, which is advanced past them.
std::optional<int> take_digits(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// ".123456789" -> 123456 µs. The point has been seen; at least one digit must follow.
std::optional<i64> take_fraction(std::string_view& text) {
  i64 micros = 0;
  int digits = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    if (digits < 6) micros = micros * 10 + (text.front() - '0');
    ++digits;
    text.remove_prefix(1);
  }
  if (digits == 0) return std::nullopt;
  for (int i = digits; i < 6; ++i) micros *= 10;
  return micros;
}

// "", "Z", "+02:00", "-0530" -> seconds east of UTC; no zone means UTC.
std::optional<i64> take_zone(std::string_view text) {
  if (text.empty() || text == "Z" || text == "z") return 0;
  const i64 sign = text.front() == '-' ? -1 : 1;
  if (text.front() != '+' && text.front() != '-') return std::nullopt;
  text.remove_prefix(1);
  const auto hours = take_digits(text, 2);
  take(text, ':');
  const auto minutes = text.empty() ? 0 : take_digits(text, 2);  // PostgreSQL writes +00
  if (!hours || !minutes || !text.empty() || *hours > 23 || *minutes > 59) return std::nullopt;
  return sign * (*hours * 3600 + *minutes * 60);
}

}  // namespace

Day day_of(Instant instant) {
  return floor_div(instant.micros, kMicrosPerDay);
}

std::string iso_date(Day day) {
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

std::string rfc3339(Instant instant) {
  const Day day = day_of(instant);
  const i64 in_day = instant.micros - day * kMicrosPerDay;
  const i64 seconds = in_day / kMicrosPerSecond;
  const i64 micros = in_day % kMicrosPerSecond;
  std::string text =
      fmt::format("{}T{:02}:{:02}:{:02}", iso_date(day), seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (micros % 1000 != 0) {
    text += fmt::format(".{:06}", micros);
  } else if (micros != 0) {
    text += fmt::format(".{:03}", micros / 1000);
  }
  return text + "Z";
}

std::optional<Instant> parse_time(std::string_view text) {
  constexpr std::string_view kForm = "0000-00-00T00:00:00";
  if (text.size() < kForm.size()) return std::nullopt;
  bool is_time = text[10] == 'T' || text[10] == 't' || text[10] == ' ';
  const auto digit = [&](std::size_t at) {
    const int value = text[at] - '0';
    is_time = is_time && value >= 0 && value <= 9;
    return value;
  };
  const auto two = [&](std::size_t at) { return digit(at) * 10 + digit(at + 1); };
  for (const std::size_t at : {4U, 7U, 13U, 16U}) is_time = is_time && text[at] == kForm[at];
  const int year = two(0) * 100 + two(2), month = two(5), day = two(8);
  const int hour = two(11), minute = two(14), second = two(17);
  if (!is_time) return std::nullopt;
  text.remove_prefix(kForm.size());
  i64 micros = 0;
  if (take(text, '.')) {
    const auto fraction = take_fraction(text);
    if (!fraction) return std::nullopt;
    micros = *fraction;
  }
  const auto zone = take_zone(text);
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  // 60 is a leap second; it is read as the first second of the next minute.
  if (!zone || !date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const i64 days = std::chrono::sys_days{date}.time_since_epoch().count();
  const i64 seconds = days * 86'400 + hour * 3600 + minute * 60 + second - *zone;
  return Instant{seconds * kMicrosPerSecond + micros};
}

std::optional<Instant> parse_when(std::string_view text, Instant now) {
  if (const auto time = parse_time(text)) return time;
  if (text.size() == 10) return parse_time(std::string(text) + "T00:00:00Z");
  if (text.size() < 2 || text.size() > 7) return std::nullopt;
  const auto count = take_digits(text, text.size() - 1);
  if (!count) return std::nullopt;
  constexpr i64 kMinute = 60 * kMicrosPerSecond;
  switch (text.front()) {
    case 'm':
      return Instant{now.micros - *count * kMinute};
    case 'h':
      return Instant{now.micros - *count * 60 * kMinute};
    case 'd':
      return Instant{now.micros - *count * kMicrosPerDay};
    case 'w':
      return Instant{now.micros - *count * 7 * kMicrosPerDay};
    default:
      return std::nullopt;
  }
}

}  // namespace ctxcap
