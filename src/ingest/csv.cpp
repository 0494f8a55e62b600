#include "ingest/csv.hpp"

#include <algorithm>

namespace ctxcap::ingest {
namespace {

// A cell that starts with a quote: from `at` (behind it) to the closing quote. Returns its position, or
// kNoEnd.
std::size_t closing_quote(std::string_view record, std::size_t at, bool& doubled) {
  doubled = false;
  for (;;) {
    const std::size_t quote = record.find('"', at);
    if (quote == kNoEnd) return kNoEnd;
    if (quote + 1 >= record.size() || record[quote + 1] != '"') return quote;
    doubled = true;
    at = quote + 2;
  }
}

std::string single_quotes(std::string_view cell) {
  std::string text;
  text.reserve(cell.size());
  for (std::size_t i = 0; i < cell.size(); ++i) {
    text.push_back(cell[i]);
    if (cell[i] == '"') ++i;
  }
  return text;
}

}  // namespace

std::size_t csv_line_end(std::string_view text, std::size_t at, bool quoted) {
  // Doubled quotes close and open again, so counting parity is enough to know whether a line break is inside.
  while (at < text.size()) {
    const std::size_t end = text.find('\n', at);
    if (end == kNoEnd) return kNoEnd;
    const std::string_view line = text.substr(at, end - at);
    quoted = quoted != (std::count(line.begin(), line.end(), '"') % 2 != 0);
    if (!quoted) return end;
    at = end + 1;
  }
  return kNoEnd;
}

std::size_t csv_record_end(std::string_view text, std::size_t at, AtEnd at_end) {
  const std::size_t end = csv_line_end(text, at, false);
  return end == kNoEnd && at_end == AtEnd::yes ? text.size() : end;
}

bool split_csv(std::string_view record, char delimiter, Scratch& scratch,
               std::vector<std::string_view>& cells) {
  cells.clear();
  if (record.ends_with('\r')) record.remove_suffix(1);
  for (std::size_t at = 0;;) {
    if (at < record.size() && record[at] == '"') {
      bool doubled = false;
      const std::size_t quote = closing_quote(record, at + 1, doubled);
      if (quote == kNoEnd) return false;
      const std::string_view cell = record.substr(at + 1, quote - at - 1);
      cells.push_back(doubled ? scratch.keep(single_quotes(cell)) : cell);
      at = quote + 1;
      if (at < record.size() && record[at] != delimiter) return false;
    } else {
      const std::size_t end = std::min(record.find(delimiter, at), record.size());
      cells.push_back(record.substr(at, end - at));
      at = end;
    }
    if (at >= record.size()) return true;
    ++at;
  }
}

}  // namespace ctxcap::ingest
