#pragma once
// Inside sources/langfuse/: rows of the Langfuse API, as text whose parts are known.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/quantity.hpp"

namespace ctxcap::sources::langfuse {

// What a walk and a join need of a row. Views point into its text.
struct Row {
  std::string_view text;                                      // a JSON object
  std::string_view id, trace, parent, project, model_id;      // between the quotes, as written; "" for null
  std::string_view name, trace_name, tags, tokenizer, usage;  // as JSON; "" where there is no such member
  i64 start = 0, updated = 0;                                 // µs since 1970; 0: not told
  bool begins_trace = false;  // the server says so, though there may be a parent: one that it never got
  bool nested() const { return !parent.empty() && !begins_trace; }
  // Older servers keep a trace beside its rows, and newer ones make a row of it.
  bool is_trace() const { return id.starts_with("t-") && id.substr(2) == trace; }
};

// Whether a value, as JSON, says anything: not where it is missing, null, "" or [].
bool is_given(std::string_view value);

// What names the job of a trace, as JSON: the name of the trace, else that of the row.
std::string_view job_of(const Row& row);

struct Page {
  std::vector<Row> rows;
  std::string cursor;                    // v2; empty: the last page
  i64 total_pages = 0, total_items = 0;  // v1
};

// Of a row only what is needed, on one line: its ids, times, names, model, counts, and limits that it asked
// for. Of an error message the size of a prompt that was refused, and no more. With `lengths`, the numbers of
// characters of input and output as inputLength and outputLength.
std::string needed_of(std::string_view row, bool lengths);

// A trace of v1 as the span that newer servers make of it: id "t-<trace>", and the trace's name and tags.
std::string trace_as_root(std::string_view trace);

// The row with new values (as JSON) for some of its members, in their places, or behind the others. Empty: as
// it was.
struct NewMembers {
  std::string_view trace_name, tags, tokenizer;
};
void append_with_members(std::string& text, const Row& row, const NewMembers& members);

// May these counts be Langfuse's own: a matched model definition, and no key that only a sender gives?
bool may_be_estimated(const Row& row);

}  // namespace ctxcap::sources::langfuse
