#pragma once
// The whole of one analysis: what `analyze` prints, what `apply` can read back.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data/backtest.hpp"
#include "data/budget.hpp"
#include "data/decision.hpp"
#include "data/demand.hpp"
#include "data/plan.hpp"
#include "data/serving.hpp"
#include "data/what_if.hpp"

namespace ctxcap {

struct BaseAnalysis {
  BaseDecision decision;
  // One for each model that its jobs name, all with the same window; empty: nothing to create (withheld).
  std::vector<Variant> variants;

  // That of a job; nullptr: there is none.
  const Variant* variant_of(const JobDecision& job) const {
    for (const Variant& variant : variants) {
      if (job.from.empty() || variant.base == job.from) return &variant;
    }
    return nullptr;
  }
};

// Separate windows on the same weights, and what they would have cost: every request under another window
// than the one before loads the model anew.
struct SharedWeights {
  std::string model;
  std::vector<std::pair<std::string, std::optional<Tokens>>> windows;  // of each job; nullopt: withheld
  ReloadCount reloads;
  i64 without_time = 0;                         // requests that could not be put in order
  i64 without_window = 0;                       // requests of jobs whose window is withheld
  std::optional<Bytes> weights_bytes;           // read again by each load
  std::optional<Tokens> one_window;             // that would hold them all
  std::optional<Bytes> one_window_cache_bytes;  // its caches and state
};

struct Analysis {
  double risk = 0.001;       // asked share of requests that may exceed, 0..1
  double confidence = 0.95;  // 0..1
  RuntimeSettings settings;
  std::vector<InputSummary> inputs;
  std::string read_from;  // where no file was named: what was read
  std::vector<Skip> skipped;
  std::vector<Skip> remarks;           // rows that were used, with a word that says how
  std::vector<BaseAnalysis> bases;     // ascending by model; several of one model with a window per job
  std::vector<SharedWeights> shared;   // models that have several; ascending
  std::optional<BudgetReport> budget;  // nullopt: no card was given
  std::vector<ServedPlan> served;      // by another server than Ollama, one for each base with a window
  std::vector<Warning> warnings;       // of all bases, and about the run itself
  std::vector<WhatIf> what_if;         // where a report asks for it; of the bases of most requests
};

}  // namespace ctxcap
