#pragma once
// CSV as RFC 4180 has it: quotes, doubled quotes, line breaks inside quotes, CRLF; and what it does not have,
// quotes in the middle of a cell and quotes that nobody closed.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/fields.hpp"

namespace ctxcap::ingest {

enum class AtEnd { no, yes };  // whether more text may follow

// What a quote at the beginning of a cell does. It is closed by a quote behind which the cell ends. Where
// there is none, or a cell grows beyond kLongestCell, somebody's inch mark stands there: it ends with its
// line.
struct CsvQuote {
  enum Kind { closed, stray, more } kind;  // more: that depends on text that is not there yet
  std::size_t end;                         // of closed: behind the closing quote
};
inline constexpr std::size_t kLongestCell = std::size_t{64} << 20;  // bytes
CsvQuote csv_quote(std::string_view text, std::size_t open, char delimiter, AtEnd at_end);

// Whether a quote outside of quotes opens a cell; inside of a cell it is a letter like others. Records are
// read from `begin` on.
inline bool starts_csv_cell(std::string_view text, std::size_t begin, std::size_t quote, char delimiter) {
  return quote == begin || text[quote - 1] == delimiter || text[quote - 1] == '\n';
}

// The end of the record that starts at `begin`, without its line break; kNoEnd when more text is needed. At
// the end of the text an open record ends where the text does.
std::size_t csv_record_end(std::string_view text, std::size_t begin, char delimiter, AtEnd at_end);

// The record's cells, without quotes. Decoded cells live in `scratch`. False: a quote stands where none may.
bool split_csv(std::string_view record, char delimiter, Scratch& scratch,
               std::vector<std::string_view>& cells);

struct CsvHeader {
  char delimiter = ',';
  std::vector<std::string> columns;
  // Of each column: whether "16.000" is sixteen thousand there. It is where other cells of the column's
  // beginning are whole without a fraction, or have groups that are no fraction.
  std::vector<bool> has_groups = {};
};

// A cell "16.000" or "1.000.000" without its dots; nullopt: it is another.
std::optional<std::string> without_dots(std::string_view cell);

}  // namespace ctxcap::ingest
