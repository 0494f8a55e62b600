#pragma once
// Where a row stands that was not used, and why. Never its text: that may hold prompts.

#include <optional>
#include <string>
#include <string_view>

#include "base/quantity.hpp"

namespace ctxcap {

struct BadRow {
  std::string_view source;    // file name as given, "-" for stdin
  i64 line = 0;               // from 1
  std::optional<i64> offset;  // bytes before it, in the source's uncompressed text; nullopt: it is no text
  i64 length = 0;             // bytes; several rows of one line or page may share a place
  std::string_view reason;    // a word from ingest's table of reasons
};

// One line of JSON, with its line end.
std::string bad_row_json(const BadRow& row);

}  // namespace ctxcap
