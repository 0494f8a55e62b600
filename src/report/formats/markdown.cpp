// A Markdown table of the jobs, then warnings and Modelfiles: for a ticket or a wiki.

#include <fmt/format.h>

#include "base/text.hpp"
#include "report/formats/formats.hpp"
#include "report/rows.hpp"

namespace ctxcap::report {
namespace {

std::string cell(const std::string& text) {
  std::string escaped;
  for (const char c : printable(text)) escaped += c == '|' ? std::string("\\|") : std::string(1, c);
  return escaped;
}

std::string print(const Analysis& analysis, const TextOptions&) {
  std::string head = "|", rule = "|";
  for (const char* heading : kRowHeadings) {
    head += fmt::format(" {} |", heading);
    rule += " --- |";
  }
  std::string text = head + "\n" + rule + "\n";
  for (const auto& row : job_rows(analysis)) {
    text += "|";
    for (const std::string& value : row) text += fmt::format(" {} |", cell(value));
    text += "\n";
  }
  for (const Warning& warning : analysis.warnings)
    text += fmt::format("\n* **{}** {}", warning.code, cell(warning.text));
  if (!analysis.warnings.empty()) text += "\n";
  for (const std::string& line : skip_lines(analysis.skipped))
    text += fmt::format("\n* not counted: {}", cell(line));
  if (!analysis.skipped.empty()) text += "\n";
  for (const BaseAnalysis& base : analysis.bases) {
    for (const Variant& variant : base.variants)
      text += fmt::format("\n`{}`\n\n```\n{}```\n", variant.name, variant.modelfile);
  }
  return text;
}

}  // namespace

constinit const Format kMarkdownFormat{"md", ".md", "a Markdown table, for a ticket or a wiki", print};

}  // namespace ctxcap::report
