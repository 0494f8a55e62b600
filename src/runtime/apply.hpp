#pragma once
// Creating a variant so that afterwards there is either the new one, proved, or what was there before.

#include <functional>

#include "data/plan.hpp"
#include "ports/world.hpp"
#include "runtime/host.hpp"
#include "runtime/ollama.hpp"

namespace ctxcap::runtime {

// A model that already has the variant's name.
enum class Existing {
  keep,             // refuse
  replace_variant,  // replace it when it was made from the same base
  replace_any,
};

// Announced when each begins, so that a journal knows what may be half done.
enum class Step { checking, backing_up, creating, reading_back, loading, probing, cleaning_up, undoing };

// How a new variant is proved.
enum class Proof {
  load,       // loaded, looked at, and a prompt nearly as long as the window is sent
  look,       // another variant of the same weights and window was just proved: its runner is looked at
  read_back,  // only what does not concern the runner was changed (texts, limits): what was created is read
};

// What the runner with that window has of the card, or, where no window is given, the only one that runs, as
// the driver has it; nullopt: it does not say.
using ProcessBytes = std::function<std::optional<Bytes>(std::optional<Tokens>)>;

struct ApplyOptions {
  Via via = Via::automatic;
  Existing existing = Existing::replace_variant;
  Proof proof = Proof::load;
  double probe_share = 0.95;          // of the window that the probe prompt fills; 0: no probe
  ProcessBytes process_bytes = {};    // may be empty
  bool whole_on_gpu = false;          // a runner that is partly or wholly on the CPU does not hold
  std::function<void(Step)> on_step;  // may be empty
  // The variant holds, and what was there before is about to go: the moment to write that down. May be empty;
  // an error undoes the change.
  std::function<Status(const Receipt&)> on_proved;
};

// Checks the base, keeps the previous variant under backup_name(), creates, reads back, loads, looks, and
// sends a prompt nearly as long as the window. A signal to stop counts as a failure. Whatever fails after the
// first change is undone: the previous variant is put back, or the new one removed when there was none, and
// no backup is left. The error says so. Its kind: `usage` or `failure` when nothing was changed or create
// itself failed, `unverified` when the variant did not hold, `unreachable` when the server went away (`why`
// then says what could not be undone, `hint` how to do it by hand).
Result<Receipt> apply(const World& world, Ollama& ollama, const Variant& variant,
                      const ApplyOptions& options = {});

enum class Recovery {
  nothing_to_do,
  restored,  // the previous variant is back
  finished,  // the new one had been proved: only its predecessor's backup was left to remove
  removed,   // the new one had not been proved, and there was none before
};

// An apply that did not say how it ended.
struct Unfinished {
  std::string name, base;
  std::optional<Variant> variant = {};  // that was to be created; tells it where the server names no parent
  bool had_previous = true;
  std::string proved_digest;  // of the new variant once it was proved; empty: it was not
};

// After a run that was killed half-way: what is there afterwards is the old variant or the proved new one,
// and no backup. apply() does this by itself before it begins, as far as it can know: a backup is put back.
Result<Recovery> recover(Ollama& ollama, const Unfinished& unfinished);
Result<Recovery> recover(Ollama& ollama, const std::string& name);

// Which way automatic would take; an error of kind usage when the way asked for cannot be gone.
Result<Via> choose_via(const World& world, const Ollama& ollama, const Variant& variant, Via asked);

}  // namespace ctxcap::runtime
