// What a report rests on.

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/units.hpp"
#include "report/html/markup.hpp"
#include "report/html/sections.hpp"

namespace ctxcap::report::html {
namespace {

constexpr std::size_t kMostWarnings = 100, kMostInputs = 50;

std::string inputs_table(const std::vector<InputSummary>& inputs) {
  std::vector<TableRow> rows;
  for (const InputSummary& input : inputs) {
    if (rows.size() == kMostInputs) break;
    rows.push_back(
        {{escaped(input.source), escaped(input.format, 60), with_commas(input.rows), with_commas(input.used)},
         ""});
  }
  const std::string more = inputs.size() > kMostInputs ? fmt::format("; the first {} of {}", kMostInputs,
                                                                     with_commas(std::ssize(inputs)))
                                                       : "";
  return table("What was read" + more, {{"Source"}, {"Format"}, {"Rows", true}, {"Counted", true}}, rows);
}

std::string skips_table(const std::vector<Skip>& skips, std::string_view caption) {
  std::vector<TableRow> rows;
  for (const Skip& skip : skips)
    rows.push_back({{escaped(skip.reason, 60), with_commas(skip.count), escaped(skip.first)}, ""});
  return rows.empty() ? "" : table(caption, {{"Why"}, {"Rows", true}, {"The first"}}, rows);
}

}  // namespace

std::string sources_section(const Analysis& analysis) {
  std::string text = "<section aria-labelledby=\"sources\">\n<h2 id=\"sources\">What this rests on</h2>\n";
  text += fmt::format(
      "<p>Asked for: at most {} of the requests cut, with {} confidence; prompt and generation of a request "
      "together. Times are UTC. Of prompts only lengths are known here, never their text.</p>\n",
      percent(analysis.risk), percent(analysis.confidence));
  text += inputs_table(analysis.inputs) +
          skips_table(analysis.skipped, "Rows that were not counted, and why") +
          skips_table(analysis.remarks, "Rows that were counted in a way of their own");
  if (!analysis.warnings.empty()) {
    text += "<h3>Warnings</h3>\n<ul>\n";
    for (std::size_t i = 0; i < std::min(kMostWarnings, analysis.warnings.size()); ++i)
      text += fmt::format("<li>{}</li>\n", escaped(analysis.warnings[i].text, 500));
    text += "</ul>\n";
    if (analysis.warnings.size() > kMostWarnings)
      text += fmt::format("<p>and {} more; JSON has all.</p>\n",
                          with_commas(std::ssize(analysis.warnings) - static_cast<i64>(kMostWarnings)));
  }
  return text + "</section>\n";
}

}  // namespace ctxcap::report::html
