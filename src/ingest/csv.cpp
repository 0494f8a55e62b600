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

CsvQuote csv_quote(std::string_view text, std::size_t open, char delimiter, AtEnd at_end) {
  const std::string_view most = text.substr(0, open + kLongestCell);
  const bool is_all = most.size() == text.size();
  for (std::size_t at = open + 1;;) {
    const std::size_t quote = most.find('"', at);
    if (quote == kNoEnd) return {is_all && at_end == AtEnd::no ? CsvQuote::more : CsvQuote::stray, kNoEnd};
    std::size_t next = quote + 1;
    if (next < text.size() && text[next] == '"') {
      at = next + 1;
      continue;
    }
    if (next < text.size() && text[next] == '\r') ++next;
    if (next == text.size() && at_end == AtEnd::no) return {CsvQuote::more, kNoEnd};
    const bool ends_line = next == text.size() || text[next] == '\n';
    if (ends_line || text[quote + 1] == delimiter) return {CsvQuote::closed, quote + 1};
    return {CsvQuote::stray, kNoEnd};
  }
}

std::size_t csv_record_end(std::string_view text, std::size_t begin, char delimiter, AtEnd at_end) {
  std::size_t line_end = text.find('\n', begin);
  for (std::size_t at = begin;;) {
    const std::size_t quote = text.substr(0, line_end).find('"', at);
    if (quote == kNoEnd) break;
    at = quote + 1;
    if (!starts_csv_cell(text, begin, quote, delimiter)) continue;
    const CsvQuote cell = csv_quote(text, quote, delimiter, at_end);
    if (cell.kind == CsvQuote::more) return kNoEnd;
    if (cell.kind == CsvQuote::stray) break;
    at = cell.end;
    if (at > line_end) line_end = text.find('\n', at);
  }
  return line_end == kNoEnd && at_end == AtEnd::yes ? text.size() : line_end;
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

std::optional<std::string> without_dots(std::string_view cell) {
  const std::size_t dot = cell.find('.');
  if (dot == 0 || dot > 3 || dot == std::string_view::npos || cell.front() == '0') return std::nullopt;
  std::string whole;
  for (std::size_t i = 0; i < cell.size(); ++i) {
    const bool is_separator = i >= dot && (i - dot) % 4 == 0;
    if (is_separator ? cell[i] != '.' : cell[i] < '0' || cell[i] > '9') return std::nullopt;
    if (!is_separator) whole += cell[i];
  }
  if ((cell.size() - dot) % 4 != 0) return std::nullopt;
  return whole;
}

Zeros zeros_of(std::string_view cell) {
  const std::size_t dot = cell.find('.');
  const std::string_view whole = cell.substr(0, dot);
  if (whole.empty() || whole.find_first_not_of("0123456789") != std::string_view::npos) return Zeros::open;
  if (dot == std::string_view::npos) return Zeros::group;
  if (without_dots(cell))
    return cell.size() - dot == 4 && cell.ends_with(".000") ? Zeros::open : Zeros::group;
  const std::string_view fraction = cell.substr(dot + 1);
  const bool is_zero = !fraction.empty() && fraction.find_first_not_of('0') == std::string_view::npos;
  return is_zero ? Zeros::fraction : Zeros::open;
}

}  // namespace ctxcap::ingest
