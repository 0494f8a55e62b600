#pragma once
// `apply` and `rollback` for servers where nothing is created.

#include <string>
#include <vector>

#include "apply/apply_variants.hpp"
#include "data/serving.hpp"
#include "data/verdict.hpp"

namespace ctxcap::apply {

// A plan, where it goes, and what it is called there.
struct ServedTask {
  ServedPlan plan;
  ServedPlace place;
  std::string name;  // "": as the server names the model
};

// Edits the presets of llama-server's router and llama-swap's configurations, and proves each; what has no
// file to edit is printed, rendered and not applied. What was there before can be rolled back. Errors as of
// runtime::change_served(), and where the verdict speaks against a change.
Result<cli::ExitCode> apply_served(const std::vector<ServedTask>& tasks, const PlanVerdict& verdict,
                                   const ApplyFlags& flags, const settings::Ollama& server, World& world,
                                   cli::Talk& talk);

// The variant of that name that is ours on a server where nothing is created, of several the latest; nullopt:
// there is none.
Result<std::optional<OwnedVariant>> find_served(const std::string& name, World& world);

struct RollbackFlags {
  std::string name;
  bool yes = false, dry_run = false;
};
Result<cli::ExitCode> roll_back_served(const OwnedVariant& ours, const RollbackFlags& flags,
                                       const settings::Ollama& server, World& world, cli::Talk& talk);

}  // namespace ctxcap::apply
