#include "runtime/served/change_file.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/units.hpp"

namespace ctxcap::runtime {
namespace {

constexpr std::chrono::milliseconds kLook{500};

// Others may have written into the file since: of theirs nothing goes.
Status put_back(const World& world, const FileServer& server, const std::string& before) {
  TRY_ASSIGN(const std::string text, world.files.read_all(server.file()));
  const auto said = server.now(before);
  const auto back = said ? server.edited(text, said->says) : fail(said.error());
  return world.files.write_atomic(server.file(), back ? *back : before);
}

// What was there is back whatever the server says to it.
Error undone(const World& world, FileServer& server, const std::string& before, bool was_loaded,
             Error error) {
  const std::string backup = backup_of(server.file());
  if (const Status back = put_back(world, server, before); !back) {
    error.why += "; and what was there before could not be put back: " + back.error().why;
    error.hint = "copy " + backup + " over it";
    return error;
  }
  if (!world.files.remove(backup)) error.why += "; " + backup + " could not be removed";
  if (const Status taken = server.take_back(was_loaded); !taken)
    error.why += "; the file is as it was, but the server did not take it back: " + taken.error().why;
  if (error.kind != ErrorKind::unreachable && error.kind != ErrorKind::failure)
    error.kind = ErrorKind::unverified;
  error.what += ": what was there before is back";
  return error;
}

// For this user alone: such files may hold keys.
Status keep_copy(const World& world, const std::string& path, const std::string& text) {
  TRY_ASSIGN(const std::unique_ptr<Replacement> copy, world.files.replace(backup_of(path)));
  TRY(copy->write(text));
  return copy->commit();
}

Status wait_for_users(const World& world, FileServer& server, const FileChange& change) {
  const i64 looks = change.patience / kLook;
  for (i64 look = 0; server.is_busy(); ++look) {
    if (look == 0 && change.say) change.say("waiting until nobody uses " + server.model());
    if (look >= looks || world.interrupts.came()) {
      return fail({.kind = ErrorKind::unreachable,
                   .what = fmt::format("the window of {} was not changed", printable(server.model(), 60)),
                   .why = fmt::format("it was in use for {} s", change.patience.count()),
                   .hint = "run it again when nobody uses it"});
    }
    world.clock.sleep_for(kLook);
  }
  return {};
}

Result<ServedVerification> load_and_look(FileServer& server, const ServedNow& wanted,
                                         const FileChange& change) {
  TRY(server.load_anew(wanted));
  TRY_ASSIGN(ServedVerification seen, server.look(wanted));
  if (seen.holds() == true || change.any_window) return seen;
  return fail({.kind = ErrorKind::unverified,
               .what = fmt::format("the window of {} was not changed", printable(server.model(), 60)),
               .why = why_not(seen),
               .hint = "ctxcap verify shows all of it"});
}

}  // namespace

std::string backup_of(const std::string& path) {
  return path + ".before-ctxcap";
}

Result<bool> recover_file(const World& world, FileServer& server) {
  const std::string backup = backup_of(server.file());
  if (world.files.kind(backup) != PathKind::file) return false;
  TRY_ASSIGN(const std::string before, world.files.read_all(backup));
  TRY(put_back(world, server, before));
  TRY(world.files.remove(backup));
  static_cast<void>(server.take_back(false));  // it reads it at its next start else
  return true;
}

Result<ServedVerification> change_file(const World& world, FileServer& server, const FileChange& change) {
  const auto tell = [&](const std::string& step) {
    if (change.say) change.say(step);
  };
  TRY_ASSIGN(const bool recovered, recover_file(world, server));
  if (recovered) tell("an earlier change was interrupted: what was there before it is back");
  TRY_ASSIGN(const std::string before, world.files.read_all(server.file()));
  TRY_ASSIGN(const std::string after, server.edited(before, change.says));
  TRY_ASSIGN(const ServedNow wanted, server.now(after));
  TRY_ASSIGN(const bool was_loaded, server.is_loaded());
  TRY(wait_for_users(world, server, change));

  const auto hold = world.interrupts.hold();
  TRY(keep_copy(world, server.file(), before));
  tell("editing " + server.file());
  Result<ServedVerification> seen = fail(Error{});
  if (const Status written = world.files.write_atomic(server.file(), after); written) {
    tell("loading " + server.model());
    seen = load_and_look(server, wanted, change);
  } else {
    seen = fail(written.error());
  }
  if (seen && change.on_proved) {
    if (const Status noted = change.on_proved(); !noted) seen = fail(noted.error());
  }
  world.interrupts.ignore();  // what follows must come to its end
  if (!seen) return fail(undone(world, server, before, was_loaded, seen.error()));
  if (!was_loaded) server.unload();
  TRY(world.files.remove(backup_of(server.file())));
  return seen;
}

}  // namespace ctxcap::runtime
