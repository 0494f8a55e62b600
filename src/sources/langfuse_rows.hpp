#pragma once
// Inside sources/: pages of the Langfuse API, and their rows as text.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/quantity.hpp"

namespace ctxcap::sources {

// What a walk and a join need of a row. Views point into its text; strings are as written, with escapes.
struct LangfuseRow {
  std::string_view text;
  std::string_view id, trace, parent, name, trace_name, type, model_id, environment;
  std::string_view tags, usage;  // as JSON
  i64 start = 0, updated = 0;    // µs since 1970; 0: not told
  bool has_bodies = false;       // input, output or metadata
  bool nested() const { return !parent.empty(); }
};

std::optional<LangfuseRow> read_langfuse_row(std::string_view object);

struct LangfusePage {
  std::vector<std::string_view> rows;    // objects
  std::string cursor;                    // v2; empty: the last page
  i64 total_pages = 0, total_items = 0;  // v1
};

// nullopt: no page of this API, or one that was cut short.
std::optional<LangfusePage> read_langfuse_page(std::string_view body);

// The row on one line, without input, output and metadata; with `lengths`, the numbers of characters of the
// first two instead, as inputLength and outputLength.
std::string without_bodies(std::string_view row, bool lengths);

// A trace of v1 as the span that newer servers make of it: id "t-<trace>", and the trace's name and tags.
std::string trace_as_root(std::string_view trace);

// The row with these members (value as JSON) in place of its own of the same name, or behind the others.
std::string with_members(std::string_view row,
                         const std::map<std::string, std::string, std::less<>>& members);

// May these counts be Langfuse's own: a matched model definition, and no key that only a sender gives?
bool may_be_estimated(const LangfuseRow& row);

}  // namespace ctxcap::sources
