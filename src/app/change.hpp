#pragma once
// Inside app/: one variant changed on the server, with everything that must be written down on the way. What
// is killed in between is put in order by recover_unfinished().

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/talk.hpp"
#include "data/plan.hpp"
#include "runtime/runtime.hpp"
#include "state/state.hpp"

namespace ctxcap::app {

// nullptr: none of them has that name.
const InstalledModel* find_model(const std::vector<InstalledModel>& installed, const std::string& name);

// What stands under a variant's name before it is created.
struct Place {
  std::optional<InstalledModel> there;  // nullopt: nothing
  bool ours = false;
};

// A model of that name may be replaced when it is the one we left there, or with `force`. Error
// (ErrorKind::usage): it is somebody else's.
Result<Place> place_for(const std::string& name, const std::vector<InstalledModel>& installed,
                        state::State& state, const std::string& host, bool force = false);

struct ChangeOptions {
  runtime::Via via = runtime::Via::automatic;
  runtime::Proof proof = runtime::Proof::load;
  bool whole_on_gpu = false;                        // see runtime::ApplyOptions
  i64 run = 0;                                      // of the state; 0: none
  std::function<void(runtime::Step)> on_step = {};  // may be empty
};

// Journal, create, prove, record as ours. Errors as runtime::apply, and of the state; then what was there
// before is there again, or the journal says that it may not be.
Result<Receipt> change_variant(const Variant& variant, const Place& place, runtime::Ollama& ollama,
                               state::State& state, const ChangeOptions& options, World& world, Talk& talk);

// Removes a variant of ours from the server and forgets it.
Status remove_variant(const std::string& name, runtime::Ollama& ollama, state::State& state);

runtime::Via via_of(const std::string& word);  // "auto", "cli", "api"

}  // namespace ctxcap::app
