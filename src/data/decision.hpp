#pragma once
// What policy/ decides: one cap per base model, with the reason of every window that was considered.

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "data/memory.hpp"
#include "data/model.hpp"
#include "data/stats.hpp"

namespace ctxcap {

// Something a person should read before trusting the result. `code` is stable, for scripts.
struct Warning {
  std::string code;
  std::string text;
  bool operator==(const Warning&) const = default;
};

// A window that could be chosen, with what it would take on the card.
struct Rung {
  Tokens num_ctx = 0;
  Footprint memory;
};

struct Candidate {
  Tokens num_ctx = 0;
  bool taken = false;
  std::optional<i64> requests_over;  // observed requests that needed more; nullopt: nobody knows
  Footprint memory;
  std::string reason;  // one sentence
};

enum class Action {
  shrink,    // smaller than today's window, or than the declared one where today's is unknown
  keep,      // today's window is right
  grow,      // requests need more than today's window, or were cut by it
  withhold,  // nothing can be recommended
};

// What a night does about the window of a base model.
enum class Move {
  create,    // the first variant
  grow,      // at once
  shrink,    // all conditions hold
  keep,      // what runs is what is advised
  hold,      // less is advised, and a condition does not hold yet
  wait,      // a change is due, and these are quiet hours
  blocked,   // a change is due, and the card cannot hold it
  withheld,  // nothing is advised
};

// Where today's window comes from; the first that is known wins.
enum class CurrentFrom {
  request,         // the requests carried num_ctx
  model,           // PARAMETER num_ctx of the model
  environment,     // OLLAMA_CONTEXT_LENGTH
  server_default,  // what the server loaded the model with
};
struct CurrentWindow {
  Tokens num_ctx = 0;
  CurrentFrom from = CurrentFrom::model;
  bool operator==(const CurrentWindow&) const = default;
};

struct JobDecision {
  DemandStats stats;
  std::string from;                      // the model that a variant for it is made from; empty: not known
  std::optional<CurrentWindow> current;  // nullopt: unknown
  std::optional<Tokens> num_ctx;         // the cap of its base model; nullopt: withheld
  std::optional<Tokens> num_predict;     // generation limit to write; nullopt: unknown
  Action action = Action::keep;
  std::string reason;                 // one sentence
  std::optional<Outlook> outlook;     // under the cap; nullopt: withheld, or the need is unknown
  std::vector<Candidate> candidates;  // ascending by num_ctx, exactly one taken unless withheld
};

// nullptr: no window of that size was considered.
inline const Candidate* candidate_at(const JobDecision& job, std::optional<Tokens> num_ctx) {
  const auto found = std::find_if(job.candidates.begin(), job.candidates.end(),
                                  [num_ctx](const Candidate& c) { return c.num_ctx == num_ctx; });
  return found == job.candidates.end() ? nullptr : &*found;
}

// nullptr: withheld.
inline const Candidate* taken_candidate(const JobDecision& job) {
  return candidate_at(job, job.num_ctx);
}

// All jobs on one base model share its weights, so they share one cap.
struct BaseDecision {
  std::string model;                  // as the traces name it
  std::optional<ModelArch> arch;      // nullopt: nobody described it
  std::optional<Tokens> num_ctx;      // nullopt: withheld
  std::optional<Tokens> num_predict;  // largest of its jobs; nullopt: unknown
  bool explicit_window = false;       // num_ctx is what the user said, whatever the data says
  bool missing = false;               // its server was asked, and does not have it
  std::optional<i64> enough;          // requests that would be enough to act on, where there are fewer
  std::vector<JobDecision> jobs;
  std::vector<Warning> warnings;
};

// Share of the observed requests of all jobs that need more than that window; nullopt: some were cut, so
// nobody knows, or there are none.
inline std::optional<double> share_over(const BaseDecision& base, Tokens num_ctx) {
  i64 over = 0, requests = 0;
  for (const JobDecision& job : base.jobs) {
    if (need_is_unknown(job.stats)) return std::nullopt;
    over += job.stats.need.count_above(num_ctx);
    requests += job.stats.requests;
  }
  if (requests == 0) return std::nullopt;
  return static_cast<double>(over) / static_cast<double>(requests);
}

}  // namespace ctxcap
