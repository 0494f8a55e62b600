#pragma once
// Inside app/nightly/: what one night knows. nightly.cpp is the list of its stages; each stage is one file.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/change.hpp"
#include "app/decide_base.hpp"
#include "app/nightly/nightly.hpp"
#include "data/history.hpp"

namespace ctxcap::app {

// A variant of the configuration, and what stands under its name.
struct KeptVariant {
  const settings::Variant* wanted = nullptr;
  std::optional<state::OwnedVariant> ours;  // as we left it; nullopt: it is not there
  Place place;
  std::optional<Error> refused;  // a model of that name is there that is not ours
  i64 rest = 0;                  // it was rolled back by hand: nights for which it is left alone, tonight too
};

// Variants that share one cap: all of a base, unless each job is to have its own.
struct Group {
  std::string base;  // as the configuration names it
  std::vector<KeptVariant> variants;
  DescribedModel model;           // the base
  std::vector<Demand> demands;    // of each job, whatever name of the weights it used
  std::vector<Demand> under_cap;  // the same jobs, days that the variant served with its present window
  std::optional<Tokens> at_dusk;  // the window that ran before this night changed anything
  bool changed_tonight = false;   // by an earlier run of this night
  AnalyzeOptions options;         // as its first variant says
  std::optional<BaseAnalysis> analysis;  // nullopt: no request was seen
  policy::Verdict verdict;
  std::vector<Variant> desired;  // its variants as they are to be, whether that is done or not
};

// The job of a record that is about no job: no request was seen, or nobody could be asked.
inline constexpr std::string_view kNoJob = "-";

// What a job of a group comes to: a line of the report, a record of the history.
struct JobNight {
  DecisionRecord record;
  std::string variants;  // names, for the line
  policy::Move move = policy::Move::keep;
};

struct Night {
  const NightlyOptions& options;
  World& world;
  Talk& talk;
  runtime::Ollama& ollama;
  state::State& state;
  Instant now;
  Day night = 0;
  i64 local_offset = 0;  // minutes
  i64 run = 0;
  bool sources_missing = false;
  std::vector<Error> troubles;  // what went wrong without ending the night
  std::vector<InputSummary> inputs;
  std::vector<Skip> skipped;
  std::vector<Group> groups;
  std::vector<JobNight> jobs;
};

// Of now, 0..1439 in the local time of the host.
int local_minute(const Night& night);

// Whether a variant is for that job.
bool serves(const settings::Variant& variant, const std::string& job);

// --- The stages, in their order -------------------------------------------------------------------------

// Reads every source into the days of the state. A source that does not answer is a trouble.
Status gather(Night& night);

// What the sources of the configuration told, tonight and in earlier nights: of the jobs and models that they
// are to give, and, where a time is played, of whole days before it. Those of a job may come in several
// parts.
Result<std::vector<Demand>> demand_of_sources(const Night& night, std::optional<Day> from = std::nullopt);

// What is to be kept, and what is there.
Status group_variants(Night& night);

// What each group needs, and what every window would cost.
Status advise(Night& night);

// Whether tonight's advice becomes tonight's change.
Status weigh(Night& night);

// Changes what is to be changed: per group, one load proves all.
Status change(Night& night);

// Writes down what was decided, unless an earlier run of this night wrote the same.
Status record(Night& night);

// The generation limit that the configuration gives; nullopt: none.
std::optional<Tokens> limit_of(const settings::Variant& variant);

// On the card, at that window; nullopt: not known.
std::optional<Bytes> bytes_at(const Group& group, std::optional<Tokens> window);

// Of the card, beside tenants, reserve and all other bases; nullopt: not known.
std::optional<Bytes> room_for(const Group& group, const Night& night);

// The second tag of a variant, under which a new window is tried: "x:triage" -> "x:triage-canary".
std::string canary_name(const std::string& variant);

// Reports and metrics for others, as the configuration names them. `code`: how the night ended so far.
Status write_reports(Night& night, ExitCode code, double seconds);

// The decision as if that window had been taken, for the jobs that the variant serves; `reason` says why
// where that is not what the data alone would give.
BaseDecision decision_at(const Group& group, const settings::Variant& wanted, Tokens window,
                         const std::string& reason);

// The latest record that a run of this night left of a job; nullopt: none.
Result<std::optional<DecisionRecord>> told_tonight(const Night& night, const std::string& job,
                                                   const std::string& base);

// One line per job, without the line end.
std::string line_of(const JobNight& job);

}  // namespace ctxcap::app
