#pragma once
// One change of a file that a server reads: kept, edited, loaded, proved; or undone.

#include <chrono>
#include <functional>
#include <string>

#include "runtime/served/file_server.hpp"

namespace ctxcap::runtime {

struct FileChange {
  std::string says;                             // what the file is to say
  bool any_window = false;                      // it only has to load: what was there before is put back
  std::chrono::seconds patience{120};           // for those who use the model
  std::function<void(const std::string&)> say;  // told of each step; may be empty
  std::function<Status()> on_proved;            // it holds; may be empty; an error undoes the change
};

// Edits the file, lets the server read it, loads the model and reads back what runs; then unloads it where it
// was not loaded before. Whatever fails after the edit is undone: what the file said is back, and so is the
// model. A copy of the file lies beside it meanwhile (backup_of), by which recover_file() finds what was cut
// short. Waits for those who use the model. Error kinds: usage or unreachable where nothing was changed,
// unverified where it did not hold.
Result<ServedVerification> change_file(const World& world, FileServer& server, const FileChange& change);

// What a killed run left: what the file said before is put back and read by the server, if that answers;
// what others wrote into it since stays. False: there is nothing.
Result<bool> recover_file(const World& world, FileServer& server);

std::string backup_of(const std::string& path);

}  // namespace ctxcap::runtime
