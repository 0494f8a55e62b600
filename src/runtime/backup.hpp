#pragma once
// One change of a variant, with the way back. Private to this room.

#include "runtime/checks.hpp"

namespace ctxcap::runtime {

class Change {
 public:
  // Both outlive this.
  Change(Ollama& ollama, const Variant& variant, const Before& before)
      : ollama_(ollama), variant_(variant), before_(before) {}

  Status back_up();                     // copies the previous variant aside; nothing to do without one
  void creating() { created_ = true; }  // from here on the variant may be another one
  void loading() { loaded_ = true; }    // from here on a runner of it may be left
  bool was_created() const { return created_; }

  // Drops the backup. Text for the reader when it could not; empty: done.
  std::string keep();
  // Puts back what was there. `cause` comes back with what was done added to it.
  Error undo(Error cause);

 private:
  Status put_back();
  Status drop_backup();

  Ollama& ollama_;
  const Variant& variant_;
  const Before& before_;
  bool backed_up_ = false, created_ = false, loaded_ = false;
};

}  // namespace ctxcap::runtime
