#pragma once
// The router of llama-server: a preset that is edited, reloaded, proved and undone.

#include <functional>

#include "data/verification.hpp"
#include "ports/world.hpp"
#include "runtime/llama_server/preset.hpp"

namespace ctxcap::runtime {

struct RouterChange {
  std::string url;      // of the router
  std::string preset;   // path of its file
  std::string section;  // the model in it
  Tokens num_ctx = 0;   // of a slot
  i64 slots = 1;
  PresetValues values;  // flags as they are to be
};

// Edits the section, lets the router read it, loads the model and reads back what runs; then unloads it where
// it was not loaded before. Whatever fails after the edit is undone: the old text is back, and so is the
// model. A copy of the old text lies beside the file meanwhile (backup_of), by which recover_router() finds
// what was cut short. `say` is told of each step; may be empty. Error kinds: usage or unreachable where
// nothing was changed, unverified where it did not hold.
Result<ServedVerification> change_router(const World& world, const RouterChange& change,
                                         const std::function<void(const std::string&)>& say = {});

// What a killed run left: the old text is put back and read by the router, if that answers. False: there is
// nothing.
Result<bool> recover_router(const World& world, const std::string& url, const std::string& preset);

std::string backup_of(const std::string& path);

}  // namespace ctxcap::runtime
