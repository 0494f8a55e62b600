#pragma once
// One variant changed on the server, with everything that must be written down on the way: journal, create,
// prove, record as ours. The state knows nothing of servers, so this room writes the journal: what is on a
// server and what is known of it are one protocol. What is killed in between is put in order by
// recover_unfinished().

#include <functional>
#include <string>
#include <vector>

#include "data/owned.hpp"
#include "runtime/apply.hpp"
#include "runtime/residents.hpp"
#include "state/state.hpp"

namespace ctxcap::runtime {

// A model of that name may be replaced when it is the one we left there, or with `force`. Error
// (ErrorKind::usage): it is somebody else's.
Result<Standing> place_for(const std::string& name, const std::vector<InstalledModel>& installed,
                           state::State& state, const std::string& host, bool force = false);

struct ChangeOptions {
  Via via = Via::automatic;
  Proof proof = Proof::load;
  bool whole_on_gpu = false;           // see ApplyOptions
  ProcessBytes process_bytes = {};
  i64 run = 0;                         // of the state; 0: none
  bool rollback = false;               // it puts back what was there before
  Disturbance* disturbance = nullptr;  // told of every load before it; nullptr: whoever it disturbs
  // Announced once the step is written down; may be empty.
  std::function<void(Step)> on_step = {};
};

// Errors as apply(), and of the state; then what was there before is there again, or the journal says that it
// may not be.
Result<Receipt> change_variant(const World& world, Ollama& ollama, state::State& state,
                               const Variant& variant, const Standing& place, const ChangeOptions& options);

// Removes a variant of ours from the server and forgets it.
Status remove_variant(const std::string& name, Ollama& ollama, state::State& state);

// A change that an earlier run had left half-way.
struct Recovered {
  Journal journal;
  std::optional<OwnedVariant> before;  // what the state knew under the name
  bool finished = false;               // it was brought to its end; else undone
};

// Whatever earlier runs left half-way on this server: afterwards there is the old variant or the proved new
// one, no backup, and no journal. `say` is told of each. Call it under the lock.
Result<std::vector<Recovered>> recover_unfinished(Ollama& ollama, state::State& state,
                                                  const std::function<void(const std::string&)>& say);

// Backups that no change needs any more, by name.
std::vector<std::string> stray_backups(const std::vector<InstalledModel>& installed,
                                       const std::vector<Journal>& journals);

// One load proves all variants of the same weights that run the same way. `proved`: the one before, whose
// runner was just looked at; nullptr: none.
Proof proof_beside(const Variant& variant, const Variant* proved);

// A phrase for people and the journal, e.g. "keeping what was there".
std::string text_of(Step step);

}  // namespace ctxcap::runtime
