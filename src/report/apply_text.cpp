// What apply shows before and after a change.

#include <fmt/format.h>

#include <algorithm>

#include "base/glossary.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "data/model_name.hpp"
#include "data/words.hpp"
#include "report/report.hpp"
#include "report/style.hpp"

namespace ctxcap::report {

std::string error_text(const Error& error, Colour colour) {
  // A server's or a file's own words may be in it.
  constexpr int kLongest = 2000;
  std::string text = paint("error:", Tone::bad, colour) + " " + printable(error.what, kLongest) + "\n";
  if (!error.why.empty()) text += "  why: " + printable(error.why, kLongest) + "\n";
  if (!error.hint.empty()) text += " hint: " + printable(error.hint, kLongest) + "\n";
  return text;
}

namespace {

// "  reload   ...", in lines of the width.
std::string entry(std::string_view label, std::string_view text, const TextOptions& options) {
  return wrapped(text, options.width, fmt::format("  {:<9}", label), std::string(11, ' ')) + "\n";
}

}  // namespace

std::string plan_text(const Variant& variant, const std::vector<InstalledModel>& installed,
                      const std::vector<std::string>& lost, const TextOptions& options) {
  const bool exists = find_model(installed, variant.name) != nullptr;
  std::string text = "Plan\n";
  text += fmt::format("  {}  {} FROM {}\n", exists ? "replace" : "create ",
                      paint(variant.name, Tone::bold, options.colour), variant.base);
  for (const std::string_view line : split(variant.modelfile, '\n')) {
    if (line.starts_with("PARAMETER ")) text += fmt::format("             {}\n", printable(line, 100));
  }
  if (variant.system && variant.system->empty())
    text += "             no SYSTEM: the text is empty, so nothing is set\n";
  if (variant.system && !variant.system->empty())
    text +=
        fmt::format("             SYSTEM of {} characters\n", with_commas(display_width(*variant.system)));
  if (!variant.inherits.empty())
    text +=
        entry("inherit", fmt::format("{} of {}", printable(join(variant.inherits, ", "), 300), variant.base),
              options);
  if (!lost.empty())
    text +=
        entry("lose", fmt::format("{} of the previous {}", printable(join(lost, ", "), 300), variant.name),
              options);
  text += entry("reload",
                variant.base + " and its variants share one runner, so what is loaded now gets unloaded",
                options);
  for (const std::string& reason : variant.against) text += entry("against", printable(reason, 300), options);
  if (exists)
    text +=
        entry("keep", fmt::format("the previous {} until the new one is verified", variant.name), options);
  return text;
}

std::string disturbed_text(const std::vector<LoadedModel>& loaded, const std::vector<std::string>& changed) {
  std::string text;
  for (const LoadedModel& one : loaded) {
    if (std::any_of(changed.begin(), changed.end(),
                    [&](const std::string& name) { return same_model(name, one.name); }))
      continue;
    text += fmt::format("  {}  {}: {}; it gets loaded again\n", one.shares ? "unload " : "disturb",
                        text_of(one), one.shares ? "it has the same weights" : "it may have to make room");
  }
  return text;
}

std::string again_text(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += fmt::format("  again    {}\n", line);
  return text;
}

std::string unchanged_text(const Variant& variant, const TextOptions& options) {
  return fmt::format("{} {} is unchanged at {}\n", marks_for(options).good, variant.name,
                     with_commas(variant.num_ctx));
}

std::string way_text(const WayBack& way) {
  const std::string name = printable(way.now.variant.name), window = with_commas(way.now.variant.num_ctx);
  if (!way.before) return fmt::format("Plan\n  remove   {} ({}); there was none before\n", name, window);
  if (way.gives_back())
    return fmt::format("Plan\n  restore  {} from {}, where it was kept ({} now)\n", name,
                       printable(way.before->kept_as), window);
  std::string text = fmt::format(
      "Plan\n  restore  {} FROM {}: {} -> {}, as on {}\n", name, printable(way.before->variant.base), window,
      with_commas(way.before->variant.num_ctx), iso_date(day_of(way.before->created)));
  if (way.base_changed())
    text += fmt::format("  note     {} was updated since: you get the old window on the new weights\n",
                        printable(way.before->variant.base));
  for (const OwnedVariant& other : way.beside) {
    if (other.variant.num_ctx == way.before->variant.num_ctx) continue;
    text += fmt::format(
        "  note     {0} has {1} on the same weights: requests to the two will reload the model in turn\n     "
        "      ctxcap rollback {0}   rolls that back, too; or give both one window: ctxcap apply --traces "
        "FILE\n",
        printable(other.variant.name), with_commas(other.variant.num_ctx));
  }
  return text;
}

std::string served_receipt_text(const Receipt& receipt, const TextOptions& options) {
  const Marks& marks = marks_for(options);
  const Verification& seen = receipt.verification;
  std::string text = seen.effective_ctx
                         ? fmt::format("{} {} is live at {}, says its server ({} -> {})\n", marks.good,
                                       printable(receipt.variant), with_commas(*seen.effective_ctx),
                                       printable(receipt.previous_digest), printable(receipt.digest))
                         : fmt::format("{} {} is written at {} ({} -> {})\n", marks.warn,
                                       printable(receipt.variant), with_commas(seen.asked_ctx),
                                       printable(receipt.previous_digest), printable(receipt.digest));
  for (const std::string& note : seen.notes)
    text += wrapped(note, options.width, fmt::format(" {} ", marks.dot), "   ") + "\n";
  return text;
}

std::string receipt_text(const Receipt& receipt, const Variant& variant, const TextOptions& options) {
  const Marks& marks = marks_for(options);
  const Verification& seen = receipt.verification;
  const bool kept = seen.effective_ctx == seen.asked_ctx;
  std::string text =
      fmt::format("{} {} is live at {} (by {}, asked {}", kept ? marks.good : marks.warn, receipt.variant,
                  seen.effective_ctx ? with_commas(*seen.effective_ctx) : "an unknown window", receipt.via,
                  with_commas(seen.asked_ctx));
  switch (seen.placement) {
    case Placement::gpu:
      text += ", entirely on the GPU";
      break;
    case Placement::partial:
      text += ", partly on the CPU";
      break;
    case Placement::cpu:
      text += ", on the CPU";
      break;
    case Placement::unknown:
      text += ", placement unknown";
      break;
  }
  text += ")\n";
  if (seen.size) text += fmt::format("  holds    {} by Ollama's count", human_bytes(*seen.size));
  if (seen.size && variant.predicted_bytes)
    text += fmt::format(", {} predicted", human_bytes(*variant.predicted_bytes));
  if (seen.size) text += "\n";
  if (seen.driver_bytes) {
    text += fmt::format("  driver   its process holds {} of the card", human_bytes(*seen.driver_bytes));
    if (seen.driver_before) text += fmt::format(", {} before", human_bytes(*seen.driver_before));
    text += "\n";
  }
  for (const std::string& note : seen.notes) text += fmt::format("  note     {}\n", note);
  return text;
}

}  // namespace ctxcap::report
