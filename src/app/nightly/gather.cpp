// Stage 1: sources -> the days of the state.

#include <fmt/format.h>

#include <algorithm>

#include "app/nightly/night.hpp"
#include "app/nightly/read_source.hpp"
#include "base/text.hpp"
#include "base/units.hpp"

namespace ctxcap::app {
namespace {

// All readings of the same requests come under one name.
std::string name_of(const config::Source& source) {
  std::string name = source.label();
  for (const auto* filter :
       {&source.environments, &source.tags, &source.projects, &source.jobs, &source.models}) {
    if (!filter->empty()) name += " " + join(*filter, ",");
  }
  return name;
}

bool is_one_of(const std::string& name, const std::vector<std::string>& names) {
  return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
}

// Requests of other jobs and models, and of days that lie after the time that is played.
std::vector<Demand> wanted(std::vector<Demand> demands, const config::Source& source, const Night& night) {
  std::erase_if(demands, [&](const Demand& demand) {
    return !is_one_of(demand.job, source.jobs) || !is_one_of(demand.model, source.models);
  });
  if (!night.options.now) return demands;
  const Day today = day_of(night.now);
  for (Demand& demand : demands) {
    std::erase_if(demand.days, [&](const auto& day) { return day.first >= today; });
  }
  std::erase_if(demands, [](const Demand& demand) { return demand.days.empty(); });
  return demands;
}

}  // namespace

Status gather(Night& night) {
  for (const config::Source& source : night.options.config.sources) {
    TRY_ASSIGN(const std::optional<Instant> last, night.state.last_reading(name_of(source), night.now));
    Result<TraceSummary> read = read_source(source, last, night.now, night.world, night.talk);
    night.talk.clear();
    if (!read && last && read.error().kind == ErrorKind::withheld) {
      night.talk.note("note: " + printable(source.label(), 80) + ": nothing new");  // a quiet day
      continue;
    }
    if (!read) {
      night.sources_missing = true;
      night.troubles.push_back(read.error());
      continue;
    }
    night.inputs.insert(night.inputs.end(), read->inputs.begin(), read->inputs.end());
    night.skipped.insert(night.skipped.end(), read->skipped.begin(), read->skipped.end());
    const std::vector<Demand> demands = wanted(std::move(read->demands), source, night);
    TRY_ASSIGN(const state::DemandMerge merged,
               night.state.merge_demand(name_of(source), demands, night.now));
    night.talk.note(fmt::format("note: {}: {} of jobs added, {} replaced by fuller ones",
                                printable(source.label(), 80), counted(merged.days_added, "day"),
                                counted(merged.days_replaced, "day")));
  }
  return {};
}

}  // namespace ctxcap::app
