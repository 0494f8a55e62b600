#pragma once
// CSV as RFC 4180 has it: quotes, doubled quotes, line breaks inside quotes, CRLF.

#include <string>
#include <string_view>
#include <vector>

#include "ingest/fields.hpp"

namespace ctxcap::ingest {

enum class AtEnd { no, yes };  // whether more text may follow

// The first line break from `at` on that is outside of quotes, where `at` is inside or outside; kNoEnd: none.
std::size_t csv_line_end(std::string_view text, std::size_t at, bool quoted);

// The end of the record that starts at `at`, without its line break; kNoEnd when more text is needed. At the
// end of the text an open record ends where the text does.
std::size_t csv_record_end(std::string_view text, std::size_t at, AtEnd at_end);

// The record's cells, without quotes. Decoded cells live in `scratch`. False: a quote stands where none may.
bool split_csv(std::string_view record, char delimiter, Scratch& scratch,
               std::vector<std::string_view>& cells);

struct CsvHeader {
  char delimiter = ',';
  std::vector<std::string> columns;
};

}  // namespace ctxcap::ingest
