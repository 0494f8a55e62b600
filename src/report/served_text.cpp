// Plans for servers where nothing is created: flags, what they rest on, and the texts to put somewhere.

#include <fmt/format.h>

#include "base/glossary.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "report/report.hpp"
#include "report/style.hpp"

namespace ctxcap::report {
namespace {

std::string rendered(const ServedText& text, const TextOptions& options) {
  std::string out = "\n" + text.what + "\n";
  for (const std::string_view line : split(text.text, '\n')) {
    const bool comment = line.starts_with('#') || line.starts_with(';');
    if (!line.empty() && (options.details || !comment))
      out += "  " + paint(printable(line, 400), comment ? Tone::dim : Tone::plain, options.colour) + "\n";
  }
  return out;
}

}  // namespace

std::string served_text(const ServedPlan& plan, const TextOptions& options) {
  std::string text =
      fmt::format("{} on {}: printed here, not applied\n", printable(plan.model, 80), word(plan.target));
  if (!plan.refused.empty())
    text = fmt::format("{} on {}: the server would refuse to start like this\n", printable(plan.model, 80),
                       word(plan.target)) +
           wrapped(plan.refused, options.width, fmt::format(" {} ", marks_for(options).bad), "   ") + "\n";
  for (const std::string& note : plan.notes)
    text += wrapped(note, options.width, fmt::format(" {} ", marks_for(options).dot), "   ") + "\n";
  std::vector<std::string> others;
  for (const ServedText& one : plan.texts) {
    if (options.details || &one == &plan.texts.front())
      text += rendered(one, options);
    else
      others.push_back(one.what);
  }
  if (!others.empty()) text += fmt::format("\n--details also shows it as {}\n", join(others, ", "));
  return text;
}

}  // namespace ctxcap::report
