// Stage 6: what was decided is written down once.

#include "app/nightly/night.hpp"

namespace ctxcap::app {

Result<std::optional<DecisionRecord>> told_tonight(const Night& night, const std::string& job,
                                                   const std::string& base) {
  const Instant from{night.now.micros - 2 * 86'400'000'000};
  TRY_ASSIGN(const std::vector<DecisionRecord> records,
             night.state.decisions({.job = job, .model = base, .from = from}));
  const DecisionRecord* told = policy::told_tonight(records, night.moment());
  return told == nullptr ? std::nullopt : std::optional(*told);
}

Status record(ServerNight& here) {
  for (const JobNight& job : here.jobs) {
    if (job.record.job == kNoJob) continue;
    TRY_ASSIGN(const auto told, told_tonight(here.night, job.record.job, job.record.model));
    DecisionRecord again = told.value_or(DecisionRecord{});
    again.at = job.record.at;
    again.run = job.record.run;
    if (told && again == job.record) continue;
    TRY(here.night.state.record(job.record));
  }
  return {};
}

}  // namespace ctxcap::app
