#pragma once
// variants that are planned become variants that run.

#include <span>
#include <string>

#include "apply/change.hpp"
#include "cli/cli.hpp"
#include "data/plan.hpp"
#include "settings/settings.hpp"

namespace ctxcap::apply {

struct ApplyFlags {
  bool yes = false;           // do not ask
  bool dry_run = false;       // change nothing
  bool check = false;         // say whether something is to be changed, change nothing
  bool force = false;         // replace a model that is not ours, and do what the verdict speaks against
  bool over_budget = false;   // together it does not fit the card
  bool whole_on_gpu = false;  // a card was given: what does not lie on it wholly does not hold
};

// Shows all changes, asks once, then applies one after the other and stops at the first that fails. What is
// there as planned is left alone. What was created is remembered as ours. `session`: nullptr where nothing is
// to be changed (check, dry_run). `pending` with `check`, where something is to be changed; else `done`.
// Errors (ErrorKind::withheld, over_budget): the verdict speaks against it, and it was not forced.
Result<cli::ExitCode> apply_variants(std::span<const Variant> variants, const ApplyFlags& flags,
                                     const settings::Ollama& server, Session* session, World& world,
                                     cli::Talk& talk);

}  // namespace ctxcap::apply
