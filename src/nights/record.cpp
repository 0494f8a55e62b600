// Stage 6: what was decided is written down once.

#include "nights/night.hpp"

namespace ctxcap::nights {

Result<std::optional<DecisionRecord>> told_tonight(const ServerNight& here, const std::string& job,
                                                   const std::string& base) {
  const Night& night = here.night;
  const Instant from{night.now.micros - 2 * kMicrosPerDay};
  TRY_ASSIGN(const std::vector<DecisionRecord> records,
             night.state.decisions({.job = job, .model = base, .from = from, .host = here.host()}));
  const DecisionRecord* told = policy::told_tonight(records, night.moment());
  return told == nullptr ? std::nullopt : std::optional(*told);
}

Status record(ServerNight& here) {
  for (JobNight& job : here.jobs) {
    job.record.host = here.host();
    if (job.record.job == kNoJob) continue;
    TRY_ASSIGN(const auto told, told_tonight(here, job.record.job, job.record.model));
    DecisionRecord again = told.value_or(DecisionRecord{});
    again.at = job.record.at;
    again.run = job.record.run;
    again.host = job.record.host;
    if (told && again == job.record) continue;
    TRY(here.night.state.record(job.record));
  }
  return {};
}

}  // namespace ctxcap::nights
