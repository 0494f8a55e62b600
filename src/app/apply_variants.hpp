#pragma once
// Inside app/: variants that are planned become variants that run.

#include <span>
#include <string>

#include "app/words.hpp"
#include "data/plan.hpp"
#include "settings/settings.hpp"

namespace ctxcap::app {

struct ApplyFlags {
  bool yes = false;           // do not ask
  bool dry_run = false;       // change nothing
  bool check = false;         // say whether something is to be changed, change nothing
  bool force = false;         // replace a model that is not ours
  bool whole_on_gpu = false;  // a card was given: what does not lie on it wholly does not hold
};

// Shows all changes, asks once, then applies one after the other and stops at the first that fails. What was
// created is remembered as ours. `pending` with `check`, where something is to be changed; else `done`.
Result<ExitCode> apply_variants(std::span<const Variant> variants, const ApplyFlags& flags,
                                const settings::Ollama& server, World& world, Talk& talk);

}  // namespace ctxcap::app
