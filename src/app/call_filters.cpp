#include "app/call_filters.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/text.hpp"
#include "base/units.hpp"

namespace ctxcap::app {

void add_filter_flags(CLI::App& parser, CallFilters& filters) {
  parser.add_option("--from", filters.from, "Calls since then: 7d, 36h or RFC 3339 (default 30d)")
      ->type_name("TIME");
  parser.add_option("--to", filters.to, "Calls before then (default and latest: 30 minutes ago)")
      ->type_name("TIME");
  parser.add_option("--model", filters.models, "Calls of these models only")->type_name("NAME");
  parser.add_option("--environment", filters.environments, "Calls in these environments only")
      ->type_name("NAME");
  parser.add_option("--trace-tag", filters.tags, "Calls in traces with one of these tags only")
      ->type_name("TAG");
}

std::optional<Instant> read_moment(std::string_view text, Instant now) {
  constexpr i64 kMinute = 60'000'000;  // µs
  if (const auto time = parse_time(text)) return time;
  if (const auto midnight = parse_time(std::string(text) + "T00:00:00Z")) return midnight;
  if (text.size() < 2) return std::nullopt;
  const auto count = parse_integer(text.substr(0, text.size() - 1));
  if (!count || *count < 0 || *count > 1'000'000) return std::nullopt;
  switch (text.back()) {
    case 'm':
      return Instant{now.micros - *count * kMinute};
    case 'h':
      return Instant{now.micros - *count * 60 * kMinute};
    case 'd':
      return Instant{now.micros - *count * 24 * 60 * kMinute};
    case 'w':
      return Instant{now.micros - *count * 7 * 24 * 60 * kMinute};
    default:
      return std::nullopt;
  }
}

Result<std::optional<Instant>> settle_moment(const std::string& text, const char* flag, Instant now) {
  if (text.empty()) return std::optional<Instant>{};
  const auto read = read_moment(text, now);
  if (read) return read;
  return fail(
      {.kind = ErrorKind::usage,
       .what = fmt::format("{} cannot be \"{}\"", flag, printable(text, 40)),
       .why = "it is no time",
       .hint = fmt::format("write it like {} 7d, {} 36h or {} 2026-11-01T00:00:00Z", flag, flag, flag)});
}

}  // namespace ctxcap::app
