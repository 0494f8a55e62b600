// Failures for want of memory, for the terminal.

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/units.hpp"
#include "report/report.hpp"

namespace ctxcap::report {
namespace {

constexpr std::size_t kShown = 3;  // of a log the newest

void add(std::string& text, const char* what, const std::optional<Bytes>& bytes, const char* more = "") {
  if (bytes) text += fmt::format("  {:<10}{:>9}{}\n", what, human_bytes(*bytes), more);
}

std::optional<Bytes> of(const std::optional<ToldBytes>& told) {
  return told ? std::optional(told->bytes) : std::nullopt;
}

std::string event_text(const OomEvent& event) {
  const OomText& told = event.told;
  std::string text =
      fmt::format("line {}: {} ran out of memory\n", with_commas(event.line), word(told.source));
  add(text, "card", of(told.card));
  add(text, "free", of(told.free));
  add(text, "process", of(told.whole_process()), "  all of it, the one that failed");
  add(text, "allocated", of(told.allocated), "  in use by PyTorch");
  add(text, "idle", of(told.unallocated), "  kept by PyTorch, and not in use");
  add(text, "context", event.context, "  of the driver and its libraries");
  add(text, "others", event.others);
  add(text, "wanted", of(told.wanted));
  add(text, "need", event.need, "  held and wanted");
  if (!told.wanted) text += "  it does not say how much it wanted\n";
  if (event.fragmentation != Fragmentation::unknown)
    text += fmt::format("  would it have fitted in one piece? {}\n", word(event.fragmentation));
  text += "What would help:\n";
  for (const Advice& one : event.advice)
    text += one.frees ? fmt::format("  * {} (frees {})\n", one.text, human_bytes(*one.frees))
                      : fmt::format("  * {}\n", one.text);
  return text;
}

}  // namespace

std::string oom_text(const std::vector<OomEvent>& events) {
  std::string text;
  const std::size_t first = events.size() > kShown ? events.size() - kShown : 0;
  if (first > 0)
    text = fmt::format("{} in all; the last {}:\n\n", counted(static_cast<i64>(events.size()), "failure"),
                       kShown);
  for (std::size_t i = first; i < events.size(); ++i) text += (i > first ? "\n" : "") + event_text(events[i]);
  return text;
}

}  // namespace ctxcap::report
