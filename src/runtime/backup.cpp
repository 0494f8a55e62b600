#include "runtime/backup.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "data/owned.hpp"
#include "runtime/names.hpp"
#include "runtime/read_back.hpp"

namespace ctxcap::runtime {
namespace {

constexpr int kAttempts = 3;
constexpr std::chrono::milliseconds kBetweenAttempts{500};

// The way back is worth more than one try: the fault that made it necessary may have been a passing one.
Status persistently(Ollama& ollama, const std::function<Status()>& action) {
  Status status = action();
  for (int attempt = 1; attempt < kAttempts && !status; ++attempt) {
    ollama.clock().sleep_for(kBetweenAttempts * attempt);
    status = action();
  }
  return status;
}

// The digest that /api/tags gives for the name; empty: it is not listed.
Result<std::string> listed(Ollama& ollama, const std::string& name) {
  TRY_ASSIGN(const std::vector<InstalledModel> models, ollama.installed());
  return digest_of(models, name);
}

Error not_done(const Ollama& ollama, const std::string& what) {
  return {.kind = ErrorKind::failure,
          .what = "could not " + what,
          .why = ollama.host().url + " said that it did, but /api/tags shows otherwise",
          .hint = "look into the log of the Ollama server"};
}

// Neither is believed before the list of models agrees: a lost backup cannot be made again.
Status copy(Ollama& ollama, const InstalledModel& from, const std::string& to) {
  TRY(ollama.copy(from.name, to));
  TRY_ASSIGN(const std::string digest, listed(ollama, to));
  if (digest == from.digest) return {};
  return fail(not_done(ollama, "copy " + from.name + " to " + to));
}

Status remove(Ollama& ollama, const std::string& name) {
  return persistently(ollama, [&]() -> Status {
    TRY(ollama.remove(name));
    TRY_ASSIGN(const std::string digest, listed(ollama, name));
    if (digest.empty()) return {};
    return fail(not_done(ollama, "remove " + name));
  });
}

Status restore(Ollama& ollama, const InstalledModel& backup, const std::string& name) {
  TRY(persistently(ollama, [&] { return copy(ollama, backup, name); }));
  return remove(ollama, backup.name);
}

// A list of models may name no parents; the model itself does. Where it does not either, one that is as the
// variant was to be came of it. A model of another base is somebody else's.
Result<bool> was_made_by(Ollama& ollama, const Unfinished& unfinished, const InstalledModel& there) {
  if (!there.parent.empty()) return same_model(there.parent, unfinished.base);
  TRY_ASSIGN(const std::string show, ollama.show(there.name));
  const std::string parent = parent_in(show);
  if (!parent.empty()) return same_model(parent, unfinished.base);
  return unfinished.variant && differences(*unfinished.variant, show).empty();
}

}  // namespace

Status Change::back_up() {
  if (!before_.previous) return {};
  backed_up_ = true;  // also when the answer gets lost
  return copy(ollama_, *before_.previous, backup_name(before_.previous->name));
}

Status Change::drop_backup() {
  if (!backed_up_) return {};
  TRY(remove(ollama_, backup_name(before_.previous->name)));
  backed_up_ = false;
  return {};
}

std::string Change::keep() {
  if (drop_backup()) return "";
  return fmt::format("the previous variant could not be removed; do it with: ollama rm {}",
                     backup_name(before_.previous->name));
}

Status Change::put_back() {
  if (!created_) return drop_backup();
  // Unloaded while the name still leads to the runner; that it fails must not keep us from going on.
  if (loaded_) [[maybe_unused]]
    const Status ignored = ollama_.unload(variant_.name);
  if (!before_.previous) return remove(ollama_, variant_.name);
  InstalledModel backup = *before_.previous;
  backup.name = backup_name(backup.name);
  return restore(ollama_, backup, before_.previous->name);
}

Error Change::undo(Error cause) {
  const std::string name = printable(variant_.name);
  const Status undone = put_back();
  if (undone) {
    if (!created_) return cause;
    cause.why +=
        before_.previous ? "; the previous " + name + " was restored" : "; " + name + " was removed again";
    return cause;
  }
  const Error& error = undone.error();
  cause.kind = error.kind == ErrorKind::unreachable ? error.kind : ErrorKind::failure;
  cause.why += "; this could not be undone: " + error.why;
  if (before_.previous) {
    const std::string backup = backup_name(before_.previous->name);
    cause.hint = fmt::format("the previous one is kept; restore it with: ollama cp {0} {1} && ollama rm {0}",
                             backup, before_.previous->name);
  } else {
    cause.hint = "remove it with: ollama rm " + name;
  }
  return cause;
}

Result<Recovery> recover(Ollama& ollama, const std::string& name) {
  return recover(ollama, Unfinished{.name = name});
}

Result<Recovery> recover(Ollama& ollama, const Unfinished& unfinished) {
  TRY_ASSIGN(const std::vector<InstalledModel> models, ollama.installed());
  const InstalledModel* backup = find_model(models, backup_name(unfinished.name));
  const InstalledModel* there = find_model(models, unfinished.name);
  const bool proved = there != nullptr && there->digest == unfinished.proved_digest;
  if (backup != nullptr) {
    if (proved) {
      TRY(remove(ollama, backup->name));
      return Recovery::finished;
    }
    TRY(restore(ollama, *backup, unfinished.name));
    return Recovery::restored;
  }
  if (proved) return Recovery::finished;
  if (unfinished.had_previous || there == nullptr) return Recovery::nothing_to_do;
  TRY_ASSIGN(const bool ours, was_made_by(ollama, unfinished, *there));
  if (!ours) return Recovery::nothing_to_do;
  [[maybe_unused]] const Status ignored = ollama.unload(there->name);
  TRY(remove(ollama, there->name));
  return Recovery::removed;
}

}  // namespace ctxcap::runtime
