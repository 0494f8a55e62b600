#include "base/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace ctxcap {
namespace {

struct Unit {
  std::string_view name;  // lower case
  i64 bytes;
};
constexpr std::array kUnits = {
    Unit{"", 1},
    Unit{"b", 1},
    Unit{"kb", 1000},
    Unit{"kib", i64{1} << 10},
    Unit{"mb", 1'000'000},
    Unit{"mib", 1 << 20},
    Unit{"gb", 1'000'000'000},
    Unit{"gib", i64{1} << 30},
    Unit{"tb", 1'000'000'000'000},
    Unit{"tib", i64{1} << 40},
};

Error bad_size(std::string_view text, std::string why) {
  return {.kind = ErrorKind::usage,
          .what = fmt::format("\"{}\" is not a size in bytes", text),
          .why = std::move(why),
          .hint = "write it like 24GiB, 7.7GB or 512MiB"};
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

}  // namespace

std::optional<i64> parse_integer(std::string_view text) {
  i64 value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

Result<Bytes> parse_bytes(std::string_view text) {
  const std::string_view whole = trim(text);
  const std::size_t split = std::min(whole.find_first_not_of("0123456789."), whole.size());
  const auto number = parse_number(whole.substr(0, split));
  if (!number) return fail(bad_size(text, "it does not begin with a number"));

  std::string unit(trim(whole.substr(split)));
  std::transform(unit.begin(), unit.end(), unit.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const auto found =
      std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& u) { return u.name == unit; });
  if (found == kUnits.end())
    return fail(bad_size(text, unit.empty()
                                   ? "it has no unit"
                                   : fmt::format("\"{}\" is not a unit of bytes: G could be GB or GiB",
                                                 trim(whole.substr(split)))));

  const double bytes = std::round(*number * static_cast<double>(found->bytes));
  if (bytes >= 9.0e18) return fail(bad_size(text, "it is larger than any memory"));
  return static_cast<Bytes>(bytes);
}

Result<Tokens> parse_tokens(std::string_view text) {
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool separator = (text[i] == ',' || text[i] == '_') && i > 0 && i + 1 < text.size();
    if (!separator) digits += text[i];
  }
  const auto value = parse_integer(digits);
  if (!value || *value < 0 || digits.front() == '+') {
    return fail({.kind = ErrorKind::usage,
                 .what = fmt::format("\"{}\" is not a number of tokens", text),
                 .why = "a count of tokens is a whole number without sign or unit",
                 .hint = "write it like 8192"});
  }
  return *value;
}

std::string with_commas(i64 value) {
  std::string digits = fmt::format("{}", value);
  const std::size_t first = digits.front() == '-' ? 1 : 0;
  for (std::size_t at = digits.size(); at > first + 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return digits;
}

std::string counted(i64 count, std::string_view noun) {
  return fmt::format("{} {}{}", with_commas(count), noun, count == 1 ? "" : "s");
}

std::string human_bytes(Bytes bytes) {
  constexpr std::array kNames = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  double value = std::abs(static_cast<double>(bytes));
  std::size_t unit = 0;
  while (value >= 1023.5 && unit + 1 < kNames.size()) {
    value /= 1024;
    ++unit;
  }
  const char* sign = bytes < 0 ? "-" : "";
  if (unit == 0 || value >= 99.95) return fmt::format("{}{:.0f} {}", sign, value, kNames[unit]);
  if (value >= 9.995) return fmt::format("{}{:.1f} {}", sign, value, kNames[unit]);
  return fmt::format("{}{:.2f} {}", sign, value, kNames[unit]);
}

std::string percent(double share) {
  const double value = share * 100;
  if (value == 0) return "0 %";
  if (value >= 99.95 || std::abs(value - std::round(value)) < 1e-9) return fmt::format("{:.0f} %", value);
  if (value >= 1) return fmt::format("{:.1f} %", value);
  return fmt::format("{:.2g} %", value);
}

}  // namespace ctxcap
