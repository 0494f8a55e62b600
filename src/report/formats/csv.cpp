// RFC 4180, one row per job, the header always there.

#include <string_view>

#include "base/units.hpp"
#include "report/formats/formats.hpp"
#include "report/rows.hpp"

namespace ctxcap::report {
namespace {

// Spreadsheets compute what begins like a formula, and names come from logs.
std::string as_text(const std::string& cell) {
  const bool computes = !cell.empty() && std::string_view("=+-@\t\r").find(cell.front()) != std::string::npos;
  return computes && !parse_number(cell) ? "'" + cell : cell;
}

std::string in_quotes(const std::string& raw) {
  const std::string cell = as_text(raw);
  if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
  std::string text = "\"";
  for (const char c : cell) text += c == '"' ? std::string("\"\"") : std::string(1, c);
  return text + "\"";
}

template <typename Cells>
std::string line(const Cells& cells) {
  std::string text;
  for (const auto& cell : cells) text += in_quotes(cell) + ",";
  text.back() = '\n';
  return text;
}

std::string print(const Analysis& analysis, const TextOptions&) {
  std::string text = line(kRowHeadings);
  for (const auto& row : job_rows(analysis)) text += line(row);
  return text;
}

}  // namespace

constinit const Format kCsvFormat{"csv", ".csv", "one row per job, for spreadsheets", print, false};

}  // namespace ctxcap::report
