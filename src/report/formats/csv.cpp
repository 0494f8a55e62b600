// RFC 4180, one row per job, the header always there.

#include "report/formats/formats.hpp"
#include "report/rows.hpp"

namespace ctxcap::report {
namespace {

std::string in_quotes(const std::string& cell) {
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
