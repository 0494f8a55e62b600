#include "app/nightly/read_source.hpp"

#include <algorithm>

#include "app/call_filters.hpp"
#include "app/clickhouse.hpp"
#include "app/langfuse_flags.hpp"
#include "app/source_keys.hpp"
#include "base/units.hpp"

namespace ctxcap::app {
namespace {

constexpr const char* kServersFrom = "30d";
constexpr i64 kMicrosPerDay = 86'400'000'000;

// Midnight, because the state takes a day from one reading: half a day would say less than is known.
std::string begin_of(const SourceSettings& source, std::optional<Instant> last, Instant now) {
  // The configuration has checked that it is a time.
  Day day = day_of(parse_when(source.from.empty() ? kServersFrom : source.from, now).value_or(now));
  if (last) day = std::max(day, day_of(Instant{last->micros - kMicrosPerDay}));
  return rfc3339(Instant{day * kMicrosPerDay});
}

// Each source has its own keys.
Result<TraceSummary> read_server(const SourceSettings& source, const std::string& from, Instant now,
                                 World& world, Talk& talk) {
  SourceKeys keys(source, world);
  World own{world.http, world.processes, world.clock,     world.files, world.console,
            keys,       world.databases, world.interrupts};
  const CallFilters filters{.from = from,
                            .to = rfc3339(now),
                            .jobs = source.jobs,
                            .models = source.models,
                            .environments = source.environments,
                            .tags = source.tags};
  TraceOptions options{.job_rule = source.job_rule};
  if (source.kind->word == "langfuse") {
    TRY_ASSIGN(options.langfuse, settle_langfuse({.given = true, .url = source.label()}, filters, own));
  } else {
    TRY_ASSIGN(options.clickhouse,
               settle_clickhouse({.url = source.label(), .projects = source.projects}, filters, own));
  }
  return read_traces(options, own, talk);
}

}  // namespace

Result<TraceSummary> read_source(const SourceSettings& source, std::optional<Instant> last, Instant now,
                                 World& world, Talk& talk) {
  if (source.kind->word == "files") {
    return read_traces({.files = source.where, .map = source.map, .job_rule = source.job_rule}, world, talk);
  }
  return read_server(source, begin_of(source, last, now), now, world, talk);
}

}  // namespace ctxcap::app
