#pragma once
// The smallest window that is safe, preferring the native length. Pure choices over a small table: memory is
// computed before, by the caller, for every rung of ladder().

#include <span>
#include <vector>

#include "data/budget.hpp"
#include "data/decision.hpp"
#include "data/described_model.hpp"
#include "policy/by_hand.hpp"     // what is written down of changes by hand
#include "policy/hysteresis.hpp"  // whether tonight's advice becomes tonight's change
#include "policy/night.hpp"       // one night for the variants that share a window

namespace ctxcap::policy {

struct Options {
  // Native is preferred over a smaller rung when native <= stretch x rung. >= 1.
  double native_stretch = 2.0;
  // From fewer requests of all jobs the window is advice, and nothing to act on. >= 0.
  i64 min_requests = 30;
  // The user's own window; overrides the choice, not the warnings.
  std::optional<Tokens> num_ctx;
  // No generation limit is taken.
  bool no_limit = false;
};

struct JobInput {
  DemandStats stats;
  std::optional<CurrentWindow> current;
};

// Today's window, the first that is known: what most requests carry, the model's PARAMETER, the environment,
// what is loaded now.
std::optional<CurrentWindow> current_window(const DemandStats& stats, const DescribedModel& model,
                                            std::optional<Tokens> environment_ctx);

// Windows worth considering for these jobs, ascending: 1024 x {1, 1.5} x 2^n (all multiples of 256, which
// llama.cpp pads to), the native length, the declared maximum and the windows in use; at most the declared
// maximum, at least 2,048 for vision models (Ollama raises to that), and no further than one rung above
// everything that is needed, native or in use.
std::vector<Tokens> ladder(std::span<const JobInput> jobs, const std::optional<ModelArch>& arch,
                           const Options& options);

// One cap for all jobs of a base model. `rungs` are ladder()'s, in its order, with their memory.
// Rules, in this order:
//   0. a job of which nobody logged how much it generates, and that has no limit, gets no window;
//   1. a job whose prompts or answers were cut never shrinks: the next rung above the cutting window, or the
//      window in use where that is larger;
//   2. required = the largest required window of the jobs; the smallest rung that holds it, or the window in
//      use where that holds it and is smaller;
//   3. native instead, when it holds it and is at most native_stretch times that rung;
//   4. never past the declared maximum.
BaseDecision decide(std::string model, std::vector<JobInput> jobs, std::optional<ModelArch> arch,
                    std::vector<Rung> rungs, const Options& options);

// The part of it that is for the jobs whose variant is made from that model.
BaseDecision decision_of(const BaseDecision& decision, const std::string& from);

// Everything that must be resident together, against the card: the base models at their caps, the tenants and
// the reserve. Of several decisions on one model only the largest counts: they share a runner. Over budget,
// the report carries the next rung down of each model, with the share of requests that would not fit it.
// Every base has at least one job.
BudgetReport check_budget(std::span<const BaseDecision> bases, const Budget& budget);

// What to say about it: over budget, tight, unknown, or a cache of more than 30 % of the card.
std::vector<Warning> budget_warnings(std::span<const BaseDecision> bases, const BudgetReport& report);

}  // namespace ctxcap::policy

#include "policy/fit_budget.hpp"  // makes it fit, where it can
#include "policy/residents.hpp"   // decisions that are resident at once
#include "policy/together.hpp"    // whether Ollama keeps what must stay loaded, and what would make it
