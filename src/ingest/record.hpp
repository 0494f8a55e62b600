#pragma once
// One JSON object's text -> its Fields: at a glance where it is plain, else by simdjson.

#include <memory>
#include <string_view>

#include "ingest/fields.hpp"
#include "ingest/long_text.hpp"
#include "ingest/reasons.hpp"

namespace ctxcap::ingest {

// Bytes that must be readable behind a record (their content does not matter).
inline constexpr std::size_t kPadding = 64;

// Owns one parser, so one per thread. The parser's memory grows with the longest record seen.
class RecordParser {
 public:
  explicit RecordParser(const LongText& by = long_text());
  ~RecordParser();
  RecordParser(RecordParser&&) noexcept;
  RecordParser& operator=(RecordParser&&) noexcept;

  // `record` starts with '{', has no white space at its ends, and kPadding readable bytes behind it.
  // Reason::none, or why it is no JSON object. Bodies that nobody asked for are checked for UTF-8, closed
  // strings and balanced brackets, not for grammar: that is what lets them pass at scan speed.
  Reason parse(std::string_view record, Fields& fields);

  // The record that `lines` begin with, as parse() would read it, and how many bytes it has; 0: it is none that can be
  // read at a glance, and `fields` mean nothing. The first of `lines` is '{', the last a line end.
  std::size_t parse_first(std::string_view lines, Fields& fields);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace ctxcap::ingest
