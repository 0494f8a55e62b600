// Failures for want of memory, for the terminal.

#include <fmt/format.h>

#include <algorithm>

#include "base/glossary.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "report/report.hpp"

namespace ctxcap::report {
namespace {

constexpr std::size_t kShown = 3;  // of a log the newest

constexpr std::size_t kFrames = 6;  // of a peak

void add(std::string& text, const char* what, const std::optional<Bytes>& bytes,
         const std::string& more = "") {
  if (bytes) text += fmt::format("  {:<10}{:>9}{}\n", what, human_bytes(*bytes), more);
}

std::optional<Bytes> of(const std::optional<ToldBytes>& told) {
  return told ? std::optional(told->bytes) : std::nullopt;
}

// The peak of a snapshot's history, and whose it is.
std::string peak_text(const Snapshot& of) {
  std::string text;
  add(text, "peak", of.peak_allocated,
      fmt::format("  at event {} of {}", of.event_of_peak ? with_commas(*of.event_of_peak) : "0",
                  with_commas(of.events)));
  add(text, "static", of.static_bytes, "  there before anything was freed, and never freed");
  add(text, "activation", of.activation_bytes, "  the rest of it");
  if (of.split_bytes > 0)
    add(text, "stuck", of.split_bytes,
        fmt::format("  unused, in {} of segments in use; the largest hole has {}",
                    counted(of.split_blocks, "piece"), human_bytes(of.largest_hole)));
  if (of.private_free > 0) add(text, "private", of.private_free, "  unused, and of private pools");
  for (std::size_t i = 0; i < std::min(kFrames, of.frames.size()); ++i) {
    const SnapshotFrame& one = of.frames[i];
    text += fmt::format("  {:>9} in {}: {}\n", human_bytes(one.bytes), counted(one.count, "allocation"),
                        printable(one.frame, 160));
  }
  return text;
}

std::string head(const OomEvent& event) {
  const OomText& told = event.told;
  if (told.source != OomSource::snapshot)
    return fmt::format("line {}: {} ran out of memory\n", with_commas(event.line), word(told.source));
  return fmt::format(
      "card {}: {}\n", told.gpu.value_or(0),
      told.wanted ? "PyTorch ran out of memory" : "PyTorch, as it was when this snapshot was made");
}

std::string event_text(const OomEvent& event) {
  const OomText& told = event.told;
  std::string text = head(event);
  add(text, "card", of(told.card));
  add(text, "free", of(told.free));
  add(text, "process", of(told.whole_process()), "  all of it, the one that failed");
  add(text, "allocated", of(told.allocated), "  in use by PyTorch");
  add(text, "idle", of(told.unallocated), "  kept by PyTorch, and not in use");
  add(text, "context", event.context, "  of the driver and its libraries");
  add(text, "others", event.others);
  add(text, "wanted", of(told.wanted));
  add(text, "need", event.need, "  held and wanted");
  if (!told.wanted && !event.snapshot) text += "  how much it wanted is not in the text\n";
  if (event.snapshot) text += peak_text(*event.snapshot);
  if (event.fragmentation != Fragmentation::unknown)
    text += fmt::format("  would it have fitted in one piece? {}\n", word(event.fragmentation));
  if (!event.advice.empty()) text += "What would help:\n";
  for (const Advice& one : event.advice)
    text += one.frees ? fmt::format("  * {} (frees {})\n", one.text, human_bytes(*one.frees))
                      : fmt::format("  * {}\n", one.text);
  return text;
}

}  // namespace

std::string oom_text(const std::vector<OomEvent>& events, const TextOptions& options) {
  std::string text;
  const std::size_t first = events.size() > kShown ? events.size() - kShown : 0;
  if (first > 0)
    text = fmt::format("{} in all; the last {}:\n\n", counted(static_cast<i64>(events.size()), "failure"),
                       kShown);
  for (std::size_t i = first; i < events.size(); ++i) text += (i > first ? "\n" : "") + event_text(events[i]);
  return wrapped_lines(text, options.width);
}

}  // namespace ctxcap::report
