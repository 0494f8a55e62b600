#pragma once
// What a process that was killed has left: temporary files and directories whose names begin with a mark and
// the number of the process. Private to this room.

#include <string>

#include "io/fd.hpp"

namespace ctxcap::io {

// "<mark><process>-", for names of temporary things.
std::string mark_of_this_process(const std::string& mark);

// While the descriptor is open nobody takes its file or directory for a leftover.
void hold(const Fd& fd);

// Removes what begins with `mark` in the directory, is this user's, and belongs to no process that lives.
void sweep(const std::string& directory, const std::string& mark);

}  // namespace ctxcap::io
