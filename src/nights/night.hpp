#pragma once
// Inside this room: what one night knows. nightly.cpp is the list of its stages; each stage is one file.
// The rules are policy's (policy/night.hpp).

#include <optional>
#include <string>
#include <vector>

#include "advise/advise.hpp"
#include "apply/apply.hpp"
#include "nights/nights.hpp"
#include "policy/policy.hpp"

namespace ctxcap::nights {

// Variants that share one cap, with what only this room can ask or make.
struct GroupNight {
  policy::Group group;
  DescribedModel model;            // the base
  advise::AnalyzeOptions options;  // as its first variant says
  std::vector<Variant> desired;    // its variants as they are to be, whether that is done or not
};

// What all servers share.
struct Night {
  const NightlyOptions& options;
  World& world;
  cli::Talk& talk;
  state::State& state;
  Instant now;
  i64 local_offset = 0;  // minutes
  i64 run = 0;
  bool sources_missing = false;
  std::vector<Error> troubles;  // what went wrong with a source or a report, without ending the night
  std::vector<InputSummary> inputs;
  std::vector<Skip> skipped;
  std::vector<Warning> warnings;  // told already

  policy::Moment moment() const { return {now, local_offset}; }
  void warn(const std::string& code, const std::string& text) {
    talk.note("warning: " + text);
    warnings.push_back({code, text});
  }
};

// One server's part of the night.
struct ServerNight {
  const Server& server;
  std::string id;          // of the server: Host::id, or runtime::host_of()
  runtime::Ollama ollama;  // not asked where the server is another one
  Night& night;
  std::vector<policy::Wanted> wanted;
  Status awake = {};                 // whether it answers, and no other run is at it
  std::vector<Error> troubles = {};  // what went wrong without ending the night
  std::vector<GroupNight> groups = {};
  runtime::Disturbance disturbance = {};  // of all that is changed tonight
  std::vector<JobNight> jobs = {};

  const std::string& host() const { return id; }
  std::vector<const policy::Group*> all() const;
  // Of the card, beside tenants, reserve and all other bases; nullopt: not known.
  std::optional<Bytes> room_for(const policy::Group& group) const;
};

// What is to be kept right, as rules take it.
std::vector<policy::Wanted> wanted_of(const Server& server);

// --- The stages, in their order -------------------------------------------------------------------------

// Reads every source into the days of the state. A source that does not answer is a trouble.
Status gather(Night& night);

// What the sources of the configuration told, tonight and in earlier nights: of the jobs and models that they
// are to give, and, where a time is played, of whole days before it. Those of a job may come in several
// parts.
Result<std::vector<Demand>> demand_of_sources(const Night& night, std::optional<Day> from = std::nullopt);

// What is to be kept, and what is there.
Status group_variants(ServerNight& here);

// What each group needs, and what every window would cost.
Status advise(ServerNight& here);

// Whether tonight's advice becomes tonight's change.
Status weigh(ServerNight& here);

// What the card showed since the last change is told, and may take it back.
Status heed_card(ServerNight& here);

// Changes what is to be changed: per group, one load proves all.
Status change(ServerNight& here);

// Writes down what was decided, unless an earlier run of this night wrote the same.
Status record(ServerNight& here);

// Reports and metrics for others, as the configuration names them. `code`: how the night ended so far.
Status write_reports(Night& night, const std::vector<ServerNight>& servers, cli::ExitCode code,
                     double seconds);

// Warns of names that the configuration has and no request: with those that were seen.
void warn_of_unseen(const std::string& whose, const std::vector<std::string>& jobs,
                    const std::vector<Demand>& demands, Night& night);

// --- Shared by stages -----------------------------------------------------------------------------------

// The latest record that a run of this night left of a job; nullopt: none.
Result<std::optional<DecisionRecord>> told_tonight(const ServerNight& here, const std::string& job,
                                                   const std::string& base);

// The variant as it should be at that window, rendered, under `name`. `reason`s are those of the verdict.
Result<Variant> desired_at(const GroupNight& group, const policy::Kept& kept, const std::string& name,
                           Tokens window, const Night& night);

// The error is a trouble of this server, and what became of the change.
policy::Became failed(const Error& error, ServerNight& here);

// It rests, or cannot be kept: then `others` of the result tells why, and so does a trouble.
bool is_left_alone(const policy::Kept& kept, const policy::Group& group, policy::Became& result,
                   ServerNight& here);

// How a variant is changed tonight.
runtime::ChangeOptions change_options(ServerNight& here, runtime::Proof proof);

}  // namespace ctxcap::nights
