#include "ingest/when.hpp"

#include <charconv>
#include <string>

namespace ctxcap::ingest {
namespace {

constexpr i64 kFirstSecond = 1'000'000'000;  // 2001-09-09
constexpr i64 kLastSecond = 4'102'444'800;   // 2100-01-01

// "1781082902.123" -> 1781082902 and 123000.
struct Number {
  i64 whole = 0;
  i64 millionths = 0;
};

std::optional<Number> read_number(std::string_view text) {
  Number number;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number.whole);
  if (error != std::errc() || number.whole < 0) return std::nullopt;
  if (end == last) return number;
  if (*end != '.') return std::nullopt;
  i64 unit = 100'000;
  for (const char* digit = end + 1; digit != last; ++digit, unit /= 10) {
    if (*digit < '0' || *digit > '9') return std::nullopt;
    number.millionths += unit * (*digit - '0');
  }
  return number;
}

}  // namespace

std::optional<Instant> read_time(Value value, Scratch& scratch) {
  const std::string_view text = trimmed(value.text(scratch));
  if (text.empty()) return std::nullopt;
  if (const auto iso = parse_time(text)) return iso;
  const bool is_date = text.size() == 10 && text[4] == '-';
  if (is_date) return parse_time(std::string(text) + "T00:00:00Z");
  const std::optional<Number> number = read_number(text);
  if (!number) return std::nullopt;
  // How many units make a second, and how many microseconds a unit is (below one: divide).
  for (const i64 per_second : {i64{1}, i64{1'000}, i64{1'000'000}, i64{1'000'000'000}}) {
    if (number->whole < kFirstSecond * per_second || number->whole >= kLastSecond * per_second) continue;
    if (per_second == 1'000'000'000) return Instant{number->whole / 1'000};
    const i64 micros = 1'000'000 / per_second;
    return Instant{number->whole * micros + number->millionths / per_second};
  }
  return std::nullopt;
}

}  // namespace ctxcap::ingest
