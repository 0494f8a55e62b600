#pragma once
// What ctxcap did and learned on this machine: which variants it created, so that it never overwrites a model
// that is somebody else's, and what loads of models really took. JSON files, replaced atomically.

#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "data/calibration.hpp"
#include "ports/world.hpp"

namespace ctxcap::state {

// A variant that ctxcap created. It stays ours while its digest is the one we left behind.
struct OwnedVariant {
  std::string host;  // URL of the server
  std::string name;  // with tag
  std::string base;
  std::string digest;  // hex
  Instant created;
  bool pending = false;  // an apply began and did not say how it ended: what is there now came from us
  bool operator==(const OwnedVariant&) const = default;
};

class State {
 public:
  // $CTXCAP_STATE_DIR, else $XDG_STATE_HOME/ctxcap, else $HOME/.local/state/ctxcap. A missing file is an
  // empty state. Errors (ErrorKind::failure): a file that cannot be read, or is not ours; it is left as it
  // is.
  static Result<State> open(World& world);

  // The model of that name is the one we left there, or is there because a run of ours was cut short.
  bool owns(const std::string& host, const std::string& name, const std::string& digest) const;
  bool is_pending(const std::string& host, const std::string& name) const;
  // Replaces the entry of the same host and name.
  Status record(const OwnedVariant& variant);
  // An apply of that name begins; record() or restore() says how it ended.
  Status begin(const OwnedVariant& variant);
  // It ended with what was there before.
  Status restore(const std::string& host, const std::string& name);

 private:
  Status write() const;
  explicit State(World& world) : world_(&world) {}
  World* world_;
  std::vector<OwnedVariant> variants_;
};

// Held while something is changed; released when the value dies, or the process. Errors (ErrorKind::failure):
// another ctxcap holds it.
Result<std::unique_ptr<Files::Lock>> lock(World& world);

// Errors as State::open. A calibration replaces that of the same host, model and settings.
Result<std::vector<Calibration>> read_calibrations(World& world);
Status record_calibration(World& world, const Calibration& calibration);

}  // namespace ctxcap::state
