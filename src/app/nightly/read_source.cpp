#include "app/nightly/read_source.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "base/units.hpp"

namespace ctxcap::app {
namespace {

constexpr i64 kMicrosPerHour = 3'600'000'000;

// "30d", "36h" before now, or a time; the configuration has checked that it is one of these. nullopt: all.
std::optional<Instant> time_of(const std::string& from, Instant now) {
  if (from.empty()) return std::nullopt;
  if (const auto time = parse_time(from)) return time;
  const auto count = parse_integer(std::string_view(from).substr(0, from.size() - 1));
  if (!count) return std::nullopt;
  return Instant{now.micros - *count * (from.back() == 'd' ? 24 : 1) * kMicrosPerHour};
}

Result<TraceSummary> read_files(const config::Source& source, Instant now, World& world, Talk& talk) {
  const TraceOptions options{.files = source.files, .map = source.map, .job_rule = source.job_rule};
  TRY_ASSIGN(TraceSummary read, read_traces(options, world, talk));
  const std::optional<Instant> from = time_of(source.from, now);
  for (Demand& demand : read.demands) {
    if (!from) break;
    std::erase_if(demand.days,
                  [&](const auto& day) { return day.first != kUnknownDay && day.first < day_of(*from); });
    if (demand.from) demand.from = std::max(*demand.from, Instant{day_of(*from) * 24 * kMicrosPerHour});
  }
  std::erase_if(read.demands, [](const Demand& demand) { return demand.days.empty(); });
  return read;
}

}  // namespace

Result<TraceSummary> read_source(const config::Source& source, Instant now, World& world, Talk& talk) {
  if (source.kind == config::SourceKind::files) return read_files(source, now, world, talk);
  return fail({.kind = ErrorKind::failure,
               .what = printable(source.label(), 80) + " cannot be read by nightly",
               .why = "so far it reads files only",
               .hint = "let something write its calls to a file, and name that: files = [\"calls.jsonl\"]"});
}

}  // namespace ctxcap::app
