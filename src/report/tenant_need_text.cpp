// What a tenant takes by the catalogue, for the terminal.

#include <fmt/format.h>

#include "base/glossary.hpp"
#include "base/text.hpp"
#include "base/text_table.hpp"
#include "base/units.hpp"
#include "report/report.hpp"

namespace ctxcap::report {
namespace {

using Align = Column::Align;

std::string between(Bytes low, const std::optional<Bytes>& high) {
  return fmt::format("{} to {}", human_bytes(low), high ? human_bytes(*high) : "?");
}

std::string parts_table(const TenantNeed& need, int width) {
  std::vector<std::vector<std::string>> rows;
  for (const TenantPart& part : need.parts)
    rows.push_back({part.name, human_bytes(part.bytes), part.exact ? "exact" : between(part.low, part.high)});
  rows.push_back({"total", human_bytes(need.total()), between(need.low(), need.high())});
  return render_table({{"PART"}, {"BYTES", Align::right}, {"BETWEEN"}}, rows, width);
}

// How each part is known, and what it is made of.
std::string sources_text(const TenantNeed& need, int width) {
  std::vector<std::pair<std::string, std::string>> entries;
  for (const TenantPart& part : need.parts) {
    std::string text = part.source;
    for (const auto& [name, bytes] : part.terms)
      text += fmt::format("{}{} {}", &bytes == &part.terms.front().second ? "; " : ", ", name,
                          human_bytes(bytes));
    entries.emplace_back(part.name, text);
  }
  entries.emplace_back("total", need.high() ? "a budget counts the upper end"
                                            : "no upper end is known: a budget takes what was measured");
  return glossary(entries, width);
}

std::string batch_text(const BatchAdvice& batch) {
  std::string text =
      fmt::format("Of {} the largest batch is {}", human_bytes(batch.free), with_commas(batch.largest));
  if (batch.length && batch.largest > 0)
    text +=
        fmt::format(" of {} tokens each, {} in all", with_commas(*batch.length), with_commas(*batch.tokens));
  if (batch.largest > 0)
    text += fmt::format(": {}, {} of it for the batch", human_bytes(batch.total), human_bytes(batch.bytes));
  text += fmt::format(". With a tenth kept free: {}.\n", with_commas(batch.with_margin));
  if (const auto& rule = batch.constant)
    text += fmt::format("A constant 80 MB a text would say {}, which needs {}: {}.\n", rule->batch,
                        human_bytes(rule->bytes), rule->fits ? "it fits" : "it does not fit");
  return text;
}

std::string bullets(const std::vector<std::string>& lines, int width) {
  std::string text;
  for (const std::string& line : lines) text += wrapped(line, width, "  * ", "    ") + "\n";
  return text;
}

}  // namespace

std::string tenant_need_text(const TenantNeed& need, const TextOptions& options) {
  std::vector<std::string> settings, advice;
  for (const auto& [name, value] : need.settings) settings.push_back(name + " " + value);
  for (const Advice& one : need.advice)
    advice.push_back(one.text + (one.frees ? fmt::format(" (frees {})", human_bytes(*one.frees)) : ""));
  std::string text = printable(need.tenant, 120) + "\n";
  text +=
      wrapped(fmt::format("{}{}{}", need.engine, need.model.empty() ? "" : " " + printable(need.model, 120),
                          settings.empty() ? "" : ": " + join(settings, ", ")),
              options.width, "", "  ") +
      "\n\n" + parts_table(need, options.width) + "\n" + sources_text(need, options.width);
  if (need.batch) text += "\n" + batch_text(*need.batch);
  if (!need.limits.empty())
    text += "\nNot included in these figures:\n" + bullets(need.limits, options.width);
  if (!advice.empty()) text += "\nWhat would free memory:\n" + bullets(advice, options.width);
  return wrapped_lines(text, options.width);
}

std::string catalogue_text(std::span<const EngineHelp> engines, const TextOptions& options) {
  std::string text = wrapped(
      "A tenant is ENGINE:MODEL, then words and KEY=VALUE, all with commas between. `ctxcap inspect TENANT` "
      "shows what it takes, `--tenant NAME=TENANT` and tenants = { NAME = \"TENANT\" } of [card] put it into "
      "a "
      "budget: at its upper end, or with what the card's history measured under that name. MODEL is a name, "
      "the path of a config.json, or left out for a shape: of Whisper d, heads, layers (or encoder_layers "
      "and "
      "decoder_layers), mels and vocab.",
      options.width, "", "");
  const auto line = [&](const char* what, const std::string& rest) {
    text += wrapped(what + rest, options.width, "  ", "    ") + "\n";
  };
  const auto told = [](const std::vector<std::pair<std::string, std::string>>& choices, const char* after) {
    std::vector<std::string> all;
    for (const auto& [name, help] : choices)
      all.push_back(name + after + (help.empty() ? "" : " (" + help + ")"));
    return join(all, ", ");
  };
  text += "\n";
  for (const EngineHelp& engine : engines) {
    text += fmt::format("\n{}\n", engine.example);
    line("", std::string(engine.help));
    if (!engine.models.empty())
      line(engine.name == "piper" ? "voices: " : "models: ", join(engine.models, ", "));
    if (!engine.words.empty()) line("words: ", told(engine.words, ""));
    if (!engine.keys.empty()) line("keys: ", told(engine.keys, "="));
  }
  return text;
}

}  // namespace ctxcap::report
