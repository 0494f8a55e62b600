#pragma once
// CSV as RFC 4180 has it: quotes, doubled quotes, line breaks inside quotes, CRLF; and what it does not have,
// quotes in the middle of a cell and quotes that nobody closed.

#include <cstdint>
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

// What "16.000" is in a column: sixteen thousand, where other cells of its beginning are whole without a
// fraction, or have groups that are no fraction; sixteen, where others have a fraction of zeros that is no
// group ("1600.000"). Else nobody can tell.
enum class Zeros : std::uint8_t { open, group, fraction };

struct CsvHeader {
  char delimiter = ',';
  std::vector<std::string> columns;
  std::vector<Zeros> zeros = {};  // of each column; missing: open
};

// What the cell says about its column.
Zeros zeros_of(std::string_view cell);

// A cell "16.000" or "1.000.000" without its dots; nullopt: it is another.
std::optional<std::string> without_dots(std::string_view cell);

}  // namespace ctxcap::ingest
