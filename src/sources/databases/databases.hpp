#pragma once
// SQLite databases in which other programs keep the calls they made, read in place and safe beside a program
// that writes. The door of this folder; known.cpp is the table of what is known.

#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "ports/database.hpp"
#include "ports/files.hpp"

namespace ctxcap::sources {

// Whether a file that begins with these bytes is an SQLite database.
bool is_database(std::string_view beginning);

struct DatabaseRows {
  std::unique_ptr<ByteReader> stream;  // calls as lines of JSON, without prompts and answers
  std::string remark;                  // for people, one sentence; "" for nothing
};

// Errors (ErrorKind::usage): nothing in it is known, it is damaged, locked for too long, or cannot be opened.
Result<DatabaseRows> open_database(const std::string& path, Databases& databases);

}  // namespace ctxcap::sources
