#pragma once
// one run of the night. Pull, decide, change what has to change, prove, record.
//
// A run that finds nothing to do loads nothing, and a second run of the same night does what the first one
// left undone, nothing twice. What is killed half-way is put in order by the next run.

#include <functional>
#include <optional>

#include "cli/cli.hpp"
#include "runtime/runtime.hpp"
#include "settings/settings.hpp"

namespace ctxcap::nights {

// A server, and what is to be kept right there.
struct Server {
  settings::Ollama ollama;     // of another target: how much users are waited for, what is known of models
  std::optional<Budget> card;  // nullopt: not known
  std::vector<settings::Variant> variants;
  std::optional<ServedPlace> served = {};  // of another target; nullopt: it is Ollama
};

// Those that have something to be kept right, in the order of the configuration.
// `directory`: that paths of the configuration start at.
std::vector<Server> servers_of(const settings::Settings& settings, const std::string& directory = "");

struct NightlyOptions {
  settings::Settings settings;
  std::vector<Server> servers;                      // at least one
  std::optional<Instant> now;                       // as if it were then; requests of that day and later wait
  std::vector<std::string> resume;                  // variants that need not rest after a rollback
  bool dry_run = false;                             // on a copy of the state; servers are only asked
  std::function<void(runtime::Step)> on_step = {};  // of each change; may be empty
};

// Sources are read once; then the night goes server by server, and one that is down leaves the others alone.
// One line per job goes to stdout. Errors end the night before it did anything; what goes wrong with one
// source or one variant is told, recorded, and in the exit code, of which the worst is taken: 4 a variant did
// not hold, 1 what is none of the others, 6 a source or a server did not answer, 5 the card cannot hold what
// is needed, 3 nothing can be advised.
Result<cli::ExitCode> nightly(const NightlyOptions& options, World& world, cli::Talk& talk);

}  // namespace ctxcap::nights
