#include "app/nightly/dry_run.hpp"

#include "state/state.hpp"

namespace ctxcap::app {

Result<std::unique_ptr<Files::PrivateDirectory>> copy_of_state(World& world) {
  TRY_ASSIGN(auto copy, world.files.make_private_directory());
  TRY_ASSIGN(const std::string from, state::state_directory(world));
  for (const char* name : {"/state.db", "/state.db-wal"}) {
    if (world.files.kind(from + name) != PathKind::file) continue;
    TRY_ASSIGN(const std::string content, world.files.read_all(from + name));
    TRY(world.files.write_atomic(copy->path() + name, content));
  }
  return copy;
}

}  // namespace ctxcap::app
