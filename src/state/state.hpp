#pragma once
// What ctxcap did on this machine: so far, which variants it created, so that it never overwrites a model
// that is somebody else's. One JSON file, replaced atomically.

#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "ports/world.hpp"

namespace ctxcap::state {

// A variant that ctxcap created. It stays ours while its digest is the one we left behind.
struct OwnedVariant {
  std::string host;    // URL of the server
  std::string name;    // with tag
  std::string base;
  std::string digest;  // hex
  Instant created;
  bool operator==(const OwnedVariant&) const = default;
};

class State {
 public:
  // $CTXCAP_STATE_DIR, else $XDG_STATE_HOME/ctxcap, else $HOME/.local/state/ctxcap. A missing file is an empty
  // state. Errors (ErrorKind::failure): a file that cannot be read, or is not ours; it is left as it is.
  static Result<State> open(World& world);

  bool owns(const std::string& host, const std::string& name, const std::string& digest) const;
  // Replaces the entry of the same host and name.
  Status record(const OwnedVariant& variant);

 private:
  State(Files& files, std::string path) : files_(&files), path_(std::move(path)) {}
  Files* files_;
  std::string path_;
  std::vector<OwnedVariant> variants_;
};

}  // namespace ctxcap::state
