#pragma once
// The database in which the command-line tool `llm` keeps what it did (logs.db).

#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "ports/database.hpp"
#include "ports/files.hpp"

namespace ctxcap::sources {

// Whether a file that begins with these bytes is an SQLite database.
bool is_database(std::string_view beginning);

// Its calls as lines of JSON like those of `llm logs list --json`, without prompts and answers. Errors
// (ErrorKind::usage): the file is no database of llm's, is damaged, or cannot be opened.
Result<std::unique_ptr<ByteReader>> open_llm_database(const std::string& path, Databases& databases);

}  // namespace ctxcap::sources
