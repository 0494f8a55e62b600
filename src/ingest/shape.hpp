#pragma once
// What kind of text an input is, decided once, from its beginning.
//
//   lines       one record a line (JSONL). A line that is no JSON is one bad row, whatever stands in it.
//   documents   JSON values over any number of lines: pages, arrays, pretty-printed objects, one after
//   another.
//   events      parts of streams of /v1/messages, a line each
//   csv         a header with columns that some format knows, or that --map names.

#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "ingest/csv.hpp"
#include "ingest/mapping.hpp"

namespace ctxcap::ingest {

enum class Layout { lines, documents, log, events, csv, vllm_log, vllm_metrics };

struct Shape {
  Layout layout = Layout::lines;
  CsvHeader header;        // of csv
  std::size_t begin = 0;   // bytes before the first record: byte order mark, CSV header
  bool is_nested = false;  // of a log: each line of the text holds several of the log's
  bool is_spread = false;  // and instead of one line it may be any number: a document
};

// nullopt: `text`, the input's beginning, does not tell yet. The answer depends on the input's content alone,
// not on how much of it is there. The error says that the source is no trace file, and what it seems to be.
Result<std::optional<Shape>> shape_of(std::string_view text, AtEnd at_end, std::string_view source,
                                      const Mapping& mapping);

}  // namespace ctxcap::ingest
