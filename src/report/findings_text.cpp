// What doctor found, for the terminal.

#include <fmt/format.h>

#include "base/text.hpp"
#include "report/report.hpp"
#include "report/style.hpp"

namespace ctxcap::report {

std::string findings_text(const std::vector<Finding>& findings, const TextOptions& options) {
  constexpr int kLongest = 2000;
  std::string text;
  for (const Finding& finding : findings) {
    const bool ok = finding.level == Finding::Level::ok, warn = finding.level == Finding::Level::warn;
    const Tone tone = ok ? Tone::good : warn ? Tone::warn : Tone::bad;
    const char* word = ok ? "ok  " : warn ? "warn" : "bad ";
    text += fmt::format("{}  {:<7}  {}\n", paint(word, tone, options.colour), finding.topic,
                        printable(finding.text, kLongest));
    if (!finding.hint.empty())
      text += fmt::format("               hint: {}\n", printable(finding.hint, kLongest));
  }
  return text;
}

}  // namespace ctxcap::report
