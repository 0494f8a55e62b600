// Stage 1: sources -> the days of the state.

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "base/units.hpp"
#include "describe/describe.hpp"
#include "intake/intake.hpp"
#include "nights/night.hpp"

namespace ctxcap::nights {
namespace {

constexpr const char* kServersFrom = "30d";
// Files are read as far as they go, every night; a server is asked for what came since the day before `last`,
// the last time that it was read: calls may arrive up to a day late. The state takes what is new, so that
// missed nights are caught up. Midnight, because the state takes a day from one reading: half a day would say
// less than is known.
SourceSettings of_tonight(SourceSettings source, std::optional<Instant> last, Instant now) {
  source.patient = true;
  if (!source.kind->accepts("from")) return source;
  // The configuration has checked that it is a time.
  Day day = day_of(parse_when(source.from.empty() ? kServersFrom : source.from, now).value_or(now));
  if (last) day = std::max(day, day_of(Instant{last->micros - kMicrosPerDay}));
  source.from = rfc3339(Instant{day * kMicrosPerDay});
  if (source.to.empty() && source.kind->accepts("to")) source.to = rfc3339(now);
  return source;
}

std::string name_of(const SourceSettings& source, const Night& night) {
  return source.identity(night.world.files.working_directory());
}

std::string label_of(const SourceSettings& source) {
  return source.where.empty() ? "the log of Ollama" : printable(source.label(), 80);
}

bool is_one_of(const std::string& name, const std::vector<std::string>& names) {
  return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
}

// Days that lie after the time that is played are not read. All jobs are: what counts of them may change.
std::vector<Demand> until_now(std::vector<Demand> demands, const Night& night) {
  if (!night.options.now) return demands;
  const Day today = day_of(night.now);
  for (Demand& demand : demands) {
    std::erase_if(demand.days, [&](const auto& day) { return day.first >= today; });
  }
  std::erase_if(demands, [](const Demand& demand) { return demand.days.empty(); });
  return demands;
}

// What lies on the other side of the seam between two nights, or after the time that is played: no night is
// told of it, since another counts it.
i64 rows_of_other_time(std::vector<Skip>& skipped) {
  i64 rows = 0;
  std::erase_if(skipped, [&](const Skip& skip) {
    if (skip.reason != "other-time") return false;
    rows += skip.count;
    return true;
  });
  return rows;
}

}  // namespace

Status gather(Night& night) {
  for (const SourceSettings& source : night.options.settings.sources) {
    const std::string name = name_of(source, night);
    TRY_ASSIGN(const std::optional<Instant> last, night.state.last_reading(name, night.now));
    Result<TraceSummary> read = intake::read_sources(
        {.sources = {of_tonight(source, last, night.now)}, .all_jobs = true}, night.world, night.talk);
    night.talk.clear();
    // Under another name they would count twice: without a server nothing is taken, and the next night reads
    // it.
    if (read) {
      const Status named = describe::name_blobs(*read, night.options.settings.ollama.host, night.world);
      if (!named) read = fail(named.error());
    }
    if (!read && last && read.error().kind == ErrorKind::withheld) {
      night.talk.note("note: " + label_of(source) + ": nothing new");  // a quiet day
      continue;
    }
    if (!read) {
      night.sources_missing = true;
      night.troubles.push_back(read.error());
      continue;
    }
    night.inputs.insert(night.inputs.end(), read->inputs.begin(), read->inputs.end());
    const i64 rows = read->rows() - rows_of_other_time(read->skipped);
    night.skipped.insert(night.skipped.end(), read->skipped.begin(), read->skipped.end());
    const std::string label = label_of(source);
    cli::note_skipped(read->skipped, night.talk, label, cli::kMostReasons);
    if (rows == 0) {
      night.talk.note("note: " + label + ": nothing new");
      continue;
    }
    if (read->used() == 0) {
      night.warn("nothing-used",
                 fmt::format("{}: not one of its {} could be counted", label, counted(rows, "row")));
      continue;
    }
    const std::vector<Demand> demands = until_now(std::move(read->demands), night);
    TRY_ASSIGN(const state::DemandMerge merged, night.state.merge_demand(name, demands, night.now));
    night.talk.note(fmt::format("note: {}: {} of jobs added, {} replaced by fuller ones", label,
                                counted(merged.days_added, "day"), counted(merged.days_replaced, "day")));
    if (source.jobs.empty()) continue;
    TRY_ASSIGN(const std::vector<Demand> seen, night.state.demand({.source = name}));
    warn_of_unseen(label, source.jobs, seen, night);
  }
  return {};
}

void warn_of_unseen(const std::string& whose, const std::vector<std::string>& jobs,
                    const std::vector<Demand>& demands, Night& night) {
  constexpr std::size_t kShown = 8;
  std::set<std::string> seen;
  for (const Demand& demand : demands) seen.insert(demand.job);
  std::vector<std::string> shown;
  for (const std::string& job : seen)
    if (shown.size() < kShown) shown.push_back(printable(job, 40));
  std::string list = shown.empty() ? "none" : join(shown, ", ");
  if (seen.size() > kShown) list += fmt::format(" and {} more", seen.size() - kShown);
  for (const std::string& job : jobs) {
    if (seen.contains(job)) continue;
    const std::string near = closest(job, std::vector<std::string>(seen.begin(), seen.end()));
    night.warn("job-not-seen",
               fmt::format("{}: the job {} sent no request; jobs seen: {}{}", printable(whose, 80),
                           printable(job, 40), list,
                           near.empty() ? "" : fmt::format(" (did you mean {}?)", printable(near, 40))));
  }
}

Result<std::vector<Demand>> demand_of_sources(const Night& night, std::optional<Day> from) {
  std::vector<Demand> all;
  std::set<std::string> names;
  for (const SourceSettings& source : night.options.settings.sources) {
    state::DemandFilter filter{.source = name_of(source, night), .from = from};
    if (night.options.now) filter.before = day_of(night.now);
    if (!names.insert(*filter.source).second) continue;
    TRY_ASSIGN(std::vector<Demand> demands, night.state.demand(filter));
    for (Demand& demand : demands) {
      if (is_one_of(demand.job, source.jobs) && is_one_of(demand.model, source.models))
        all.push_back(std::move(demand));
    }
  }
  return all;
}

}  // namespace ctxcap::nights
