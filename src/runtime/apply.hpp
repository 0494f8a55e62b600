#pragma once
// Creating a variant so that afterwards there is either the new one, proved, or what was there before.

#include <functional>

#include "data/plan.hpp"
#include "ports/world.hpp"
#include "runtime/ollama.hpp"

namespace ctxcap::runtime {

enum class Via {
  automatic,  // the ollama command where it is in PATH, the server is local and a Modelfile can carry the
              // texts
  cli,
  api,
};

// A model that already has the variant's name.
enum class Existing {
  keep,             // refuse
  replace_variant,  // replace it when it was made from the same base
  replace_any,
};

// Announced when each begins, so that a journal knows what may be half done.
enum class Step { checking, backing_up, creating, reading_back, loading, cleaning_up, undoing };

struct ApplyOptions {
  Via via = Via::automatic;
  Existing existing = Existing::replace_variant;
  std::function<void(Step)> on_step;  // may be empty
};

// Checks the base, keeps the previous variant under backup_name(), creates, reads back, loads, looks.
// Whatever fails after the first change is undone: the previous variant is put back, or the new one removed
// when there was none, and no backup is left. The error says so. Its kind: `usage` or `failure` when nothing
// was changed or create itself failed, `unverified` when the variant did not hold, `unreachable` when the
// server went away (`why` then says what could not be undone, `hint` how to do it by hand).
Result<Receipt> apply(const World& world, Ollama& ollama, const Variant& variant,
                      const ApplyOptions& options = {});

enum class Recovery { nothing_to_do, restored };

// After a run that was killed half-way: when there is a backup of `name`, it is put back. apply() does this
// by itself before it begins.
Result<Recovery> recover(Ollama& ollama, const std::string& name);

// Which way automatic would take; an error of kind usage when the way asked for cannot be gone.
Result<Via> choose_via(const World& world, const Ollama& ollama, const Variant& variant, Via asked);

}  // namespace ctxcap::runtime
