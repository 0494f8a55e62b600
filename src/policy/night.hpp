#pragma once
// One night for the variants of a base model that share a window: whose requests count, who judges a job,
// what each variant should be, and what is written down. Pure: what stands on the server and what the state
// remembers come in as values.

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "data/budget.hpp"
#include "data/demand.hpp"
#include "data/owned.hpp"
#include "policy/hysteresis.hpp"

namespace ctxcap::policy {

// When it is, at the host.
struct Moment {
  Instant now;
  i64 local_offset = 0;  // minutes

  Day night() const { return night_of(now, local_offset); }
  Day night(Instant at) const { return night_of(at, local_offset); }
  int local_minute() const;  // 0..1439
};

// A variant that is to be kept right, as the user wants it.
struct Wanted {
  std::string name, base;
  std::vector<std::string> jobs;  // empty: every job seen on the base
  std::vector<std::pair<std::string, std::string>> parameters;
  std::optional<Tokens> num_ctx;           // this window, whatever the data says
  std::optional<Tokens> num_predict;       // the generation limit that is written down; nullopt: derived
  bool no_limit = false;                   // none is written
  double risk = 0.001, confidence = 0.95;  // of a job that it judges
  double native_stretch = 2.0;             // see Options
  i64 history_days = 100;                  // requests of the last so many days count
  i64 canary = 0;                          // requests that try a smaller window first; 0: none do
  HysteresisOptions hysteresis;            // quiet hours are those of the night
  std::string system_file, template_file;  // where its texts are; empty: none, the built-in one

  bool serves(const std::string& job) const;
  std::string canary_name() const;  // "x:triage" -> "x:triage-canary": where a window is tried
};

// A wanted variant, and what stands under its name.
struct Kept {
  Wanted wanted;
  std::optional<OwnedVariant> ours;  // as we left it; nullopt: it is not there
  Standing place;
  std::optional<Error> refused;  // a model of that name is there that is not ours
  bool in_place = false;         // its window is that of the base itself: requests name the base
  i64 rest = 0;                  // it was rolled back by hand: nights for which it is left alone, tonight too
  bool by_hand = false;          // its latest change was, and no night's
};

// Variants that share one window: all of a base, unless each job is to have its own. At least one.
struct Group {
  std::string base;     // as the configuration names it
  std::string weights;  // its file; empty: not known
  std::vector<Kept> variants;
  std::vector<Demand> demands;    // of each job, whatever name of the weights it used; ascending by job
  std::vector<Demand> under_cap;  // the same jobs, days that the variant served with its present window
  std::optional<Tokens> at_dusk;  // the window that ran before this night changed anything
  bool changed_tonight = false;   // by an earlier run of this night
  bool known = false;             // the server describes the base
  std::optional<BaseDecision> decision;  // nullopt: no request was seen
  Verdict verdict;

  // The variant that a job is judged by: the first that names it, else the first that takes all.
  const Wanted& judge_of(const std::string& job) const;
  const Wanted& leader() const { return variants.front().wanted; }
  bool rests() const;
};

// Whether a variant takes part in a window of the group; `per_job`: each has its own.
bool shares_window(const Group& group, const Wanted& wanted, bool per_job);
// Whether one runner serves both: their bases are one, or of the same weights.
bool shares_runner(const Group& a, const Group& b);
// Whether both are to have one window, since they share a runner and nobody wants it otherwise.
bool go_together(const Group& a, const Group& b, bool per_job);

// Whose requests count: those of the jobs of the group, under the name of the base, of any variant of it, or
// of one that is being tried (`all` that are wanted), of the last history_days.
void add_demand(std::span<const Demand> demands, std::span<const Wanted> all, Day today, Group& group);

// Nights for which a variant is left alone: who rolls back knows something that the data does not say, and it
// stands for as many nights as a shrink needs. `records`: of a job that it serves, as they were made. <= 0:
// none.
i64 nights_of_rest(const Wanted& wanted, std::span<const DecisionRecord> records, const Moment& moment);

// Whether the latest change of a job was made by hand. `records`: of that job, as they were made.
bool changed_by_hand(std::span<const DecisionRecord> records);

// The window that ran when the night began, also for a second run of it. `before`: what the variant replaced.
void look_back_to_dusk(Group& group, const Kept& kept, const std::optional<OwnedVariant>& before,
                       const Moment& moment);

// What the latest run of tonight told of a job; nullptr: none did. `records`: of that job, as they were made.
const DecisionRecord* told_tonight(std::span<const DecisionRecord> records, const Moment& moment);

// Of a card: what is left for a group beside tenants, reserve and all other bases at the window that runs, or
// is advised. Variants of one base share a runner, so of those only the largest counts. nullopt: not known.
std::optional<Bytes> room_for(const Group& group, std::span<const Group* const> all,
                              const std::optional<Budget>& card);
// On the card, at that window; nullopt: not known.
std::optional<Bytes> bytes_at(const Group& group, std::optional<Tokens> window);

struct Circumstances {
  Moment moment;
  std::optional<QuietHours> quiet_hours;
  bool sources_missing = false;
  std::optional<Bytes> card, room;
  std::vector<DecisionRecord> earlier;  // of each job of the group in turn, as they were made
};
// What earlier nights advised; when somebody rolled back, nights begin to count anew.
std::vector<NightAdvice> earlier_advice(std::span<const DecisionRecord> records, const Moment& moment);
// What the card showed since the window of a group was changed.
struct SinceChange {
  std::optional<Tokens> before;  // the window that ran before; nullopt: not known
  i64 overlaps = 0;              // times that others came while the model was there, or it while they were
  bool tells_ooms = false;       // something was read in which OOMs would stand
  std::vector<std::optional<Bytes>>
      ooms;  // what was missing at each; nullopt: not told, or no model was there
};
// Says it in the verdict. A growth after which the card ran out of memory, which the window of before would
// have left enough for, is taken back.
void heed_card(Group& group, const SinceChange& since, const Moment& moment,
               const std::optional<QuietHours>& quiet_hours);

// Whether tonight's advice becomes tonight's change.
Verdict weigh(const Group& group, const Circumstances& circumstances);
// How far back nights are looked at.
inline constexpr Day kNightsLookedBack = 120;

// The decision as if that window had been taken, for the jobs that `serves` names (empty: all); `reason` says
// why where that is not what the data alone would give.
BaseDecision decision_at(const BaseDecision& decision, const Wanted& serves, Tokens window,
                         const std::string& reason);
// The same for one variant, with its generation limit. A limit that was derived only moves with the window,
// or when answers need more: not every night by a step.
BaseDecision decision_for(const Group& group, const Kept& kept, Tokens window);

// What became of a group; told for all of its jobs.
struct Became {
  Outcome outcome = Outcome::unchanged;
  std::string reason;  // empty: that of the verdict
  struct One {
    std::string variant;
    Outcome outcome;
    std::string reason;
  };
  std::vector<One> others = {};  // variants with which it went another way
  bool again = false;            // it was an earlier run of this night
};
// Before anything is tried: a change is taken as done by an earlier run, where nothing is left to do.
Outcome outcome_of(Move move);
// A server that went away may be back in an hour: what it did not do waits.
Became became(const Error& error);
// Of a run that found nothing to do: what an earlier run of this night did is told again. `told`: by that
// one.
bool is_told_again(const Group& group, const Became& became, const DecisionRecord* told);
// For the report and the history: one for each job, or one for none.
std::vector<JobNight> records_of(const Group& group, const Became& became, const Moment& moment, i64 run);

// The window that is in force after the night; nullopt: none. `jobs`: of its server, as they are told.
std::optional<Tokens> window_after(const Group& group, std::span<const JobNight> jobs);

// A smaller window that is tried under a second tag first. `seen`: what that tag was asked since it is there.
struct Trial {
  bool holds_back = false;  // the variant itself is not changed tonight
  Outcome outcome = Outcome::waiting;
  std::string reason;
};
struct Asked {
  i64 requests = 0;
  bool cut = false;  // its window cut some of them
};
Trial trial_begun(const Group& group);
Trial judge_trial(const Group& group, const OwnedVariant& canary, const Asked& asked, const Moment& moment);

}  // namespace ctxcap::policy
