#pragma once
// What kinds of request logs there are: a row of ingest's table of formats, for people and machines.

#include <span>
#include <string>
#include <string_view>

namespace ctxcap {

struct TraceFormat {
  std::string_view name;     // as reports show it; several rows may share one
  std::string_view help;     // what it is
  std::string_view told_by;  // what it is recognised by
  bool holds_rows = false;   // a page, an export: its rows have formats of their own
};

// "schema": "ctxcap.formats/1", in the order in which formats are tried.
std::string formats_json(std::span<const TraceFormat> formats);

}  // namespace ctxcap
