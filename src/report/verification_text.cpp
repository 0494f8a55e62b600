// What a running server was asked, line by line.

#include <fmt/format.h>

#include "base/glossary.hpp"
#include "base/text.hpp"
#include "base/text_table.hpp"
#include "report/report.hpp"
#include "report/style.hpp"

namespace ctxcap::report {

std::string verification_text(const ServedVerification& seen, const TextOptions& options) {
  const Marks& marks = marks_for(options);
  std::string text =
      fmt::format("{} at {}{}\n", printable(seen.ask.model.empty() ? "the model" : seen.ask.model, 80),
                  printable(seen.ask.url, 120), seen.server.empty() ? "" : ", " + seen.server);
  std::vector<std::vector<std::string>> rows;
  for (const ServedCheck& check : seen.checks) {
    const std::string_view mark = !check.holds ? "?" : *check.holds ? marks.good : marks.bad;
    rows.push_back(
        {std::string(mark), check.what, check.asked, check.seen.empty() ? "not told" : check.seen});
  }
  text += render_table({{""}, {"WHAT"}, {"ASKED", Column::Align::right}, {"SEEN", Column::Align::right}},
                       rows, options.width);
  for (const std::string& note : seen.notes)
    text += wrapped(note, options.width, fmt::format(" {} ", marks.dot), "   ") + "\n";
  return text;
}

}  // namespace ctxcap::report
