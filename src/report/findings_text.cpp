// What doctor found, for the terminal and for machines.

#include <fmt/format.h>

#include "base/text.hpp"
#include "data/json_values.hpp"
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

std::string findings_json(const std::vector<Finding>& findings) {
  Json json{{"schema", "ctxcap.doctor/1"}, {"findings", Json::array()}};
  for (const Finding& finding : findings) {
    const bool ok = finding.level == Finding::Level::ok, warn = finding.level == Finding::Level::warn;
    json["findings"].push_back({{"level", ok     ? "ok"
                                          : warn ? "warn"
                                                 : "bad"},
                                {"topic", finding.topic},
                                {"text", finding.text},
                                {"hint", finding.hint.empty() ? Json(nullptr) : Json(finding.hint)}});
  }
  return json.dump(2) + "\n";
}

}  // namespace ctxcap::report
