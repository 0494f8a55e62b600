#pragma once
// What a proof disturbs: one runner serves all models of the same weights, and a load may crowd out others.
// Who is in use is waited for, and what was loaded before is loaded again, also by a later run when this one
// dies.

#include <set>
#include <string>
#include <vector>

#include "data/plan.hpp"
#include "runtime/ollama.hpp"
#include "state/state.hpp"

namespace ctxcap::runtime {

// What is loaded now. `shares`: it has the weights of one of `models`, so that loading one of these unloads
// it.
Result<std::vector<LoadedModel>> loaded_beside(Ollama& ollama, const std::vector<std::string>& models);

// The digests of what is loaded of the weights of `model`.
Result<std::set<std::string>> loaded_twins(Ollama& ollama, const std::string& model);

Error in_use(const std::string& name, const Patience& patience);

// From the first of some proofs until all is loaded again.
class Disturbance {
 public:
  // Before `model` is loaded or unloaded: waits until nobody uses what has its weights, and writes down, at
  // the first of them, what is loaded. Error of kind `unreachable`: one was in use all the time
  // (patience().users).
  Status begin(const std::string& model, Ollama& ollama, state::State& state);

  // Loads again what is gone, each with its window and for as long as it was to stay; what is another model
  // by now with a window of its own. A line for each, also where it could not be done.
  std::vector<std::string> end(Ollama& ollama, state::State& state);

 private:
  std::set<std::string> begun_;  // models
  std::vector<LoadedModel> loaded_;
  Instant since_;
};

// The same for what a run that was killed had written down.
std::vector<std::string> load_again(const std::vector<LoadedModel>& loaded, Instant since, Ollama& ollama,
                                    state::State& state);

}  // namespace ctxcap::runtime
