#pragma once
// Inside server_log/: finds the lines of a log that may matter. Four of five say nothing about a call, and
// are passed over some ten times faster than a line is read.

#include <cstddef>
#include <string_view>

namespace ctxcap::ingest::server_log {

// The first byte of a word that some part of the reader looks for, from `from` on; npos: there is none. Lines
// without such a word change nothing, but the time of day where they alone tell it.
std::size_t find_word(std::string_view text, std::size_t from);

// Whether a text that begins with "print_timing: id  0 | task 5 |" has nothing behind the task: then timings
// follow that do not name theirs.
bool announces(std::string_view text);

}  // namespace ctxcap::ingest::server_log
