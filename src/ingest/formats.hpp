#pragma once
// THE TABLE of trace formats. A new format is one file in formats/ and one row in formats.cpp.

#include <span>
#include <string_view>

#include "ingest/call.hpp"
#include "ingest/fields.hpp"

namespace ctxcap::ingest {

struct Format {
  std::string_view name;                            // as reports show it; several rows may share one
  std::string_view help;                            // what it is
  std::string_view told_by;                         // what `matches` looks at, in words
  bool (*matches)(const Fields& fields) = nullptr;  // top-level keys only
  void (*read)(const Fields& fields, Sink& sink) = nullptr;
  std::span<const Key> body = {};  // the keys that hold what the request sent, in parts or as a whole
  bool holds_rows = false;         // only holds rows of other formats, which reports name instead
};

// In the order in which they are tried; the first match reads the record.
std::span<const Format* const> formats();
const Format* find_format(const Fields& fields);  // nullptr: no format knows these keys

// Where a format stands in the table, for sets of formats.
std::size_t index_of(const Format& format);
inline constexpr std::size_t kMostFormats = 128;

}  // namespace ctxcap::ingest
