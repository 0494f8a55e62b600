// A model and its windows for the terminal.

#include <fmt/format.h>

#include <algorithm>

#include "base/glossary.hpp"
#include "base/text.hpp"
#include "base/text_table.hpp"
#include "base/units.hpp"
#include "data/words.hpp"
#include "report/report.hpp"
#include "report/rows.hpp"
#include "report/style.hpp"

namespace ctxcap::report {
namespace {

using Align = Column::Align;

std::string bytes_text(std::optional<Bytes> bytes) {
  return bytes ? human_bytes(*bytes) : "?";
}
// A term that is exactly nothing says nothing.
std::string term_text(std::optional<Bytes> bytes) {
  return bytes && *bytes == 0 ? "-" : bytes_text(bytes);
}
std::string tokens_text(std::optional<Tokens> tokens) {
  return tokens ? with_commas(*tokens) : "?";
}

std::string head(const Inspection& inspection) {
  const ModelArch& arch = inspection.arch;
  std::string text = inspection.model.empty() ? "" : printable(inspection.model, 80) + "\n";
  text += fmt::format("Architecture  {} ({})\n", printable(arch.architecture, 60),
                      arch.family.empty() ? "unknown" : "read as " + arch.family);
  text += fmt::format("Window        native {}, declared {}", tokens_text(arch.native_ctx),
                      tokens_text(arch.max_ctx));
  if (!arch.rope_scaling.empty()) {
    text += ", extended by " + printable(arch.rope_scaling, 30);
    if (arch.native_ctx != arch.max_ctx)
      text += arch.extension_trained ? " (trained with it)" : " (an add-on)";
  }
  if (arch.current_ctx) text += fmt::format(", PARAMETER num_ctx {}", with_commas(*arch.current_ctx));
  text += "\n";
  text +=
      fmt::format("Rules         llama.cpp {}, {}\n", word(arch.build.llama),
                  arch.build.assumed ? "the newest known: --server-version or --llama-build says otherwise"
                                     : "by " + printable(arch.build.told, 40));
  for (const std::string& note : arch.notes) text += "Note          " + printable(note, 300) + "\n";
  if (!arch.unknown_reason.empty()) text += "Unknown       " + printable(arch.unknown_reason, 300) + "\n";
  return text;
}

std::string layers_table(const Inspection& inspection, const TableRoom& room) {
  std::vector<std::vector<std::string>> rows;
  for (const LayerGroup& group : inspection.layers) {
    const Layer& layer = group.layer;
    i64 state = 0;
    for (const i64 elements : layer.state) state += elements;
    std::string note = layer.kind == LayerKind::window ? "last " + with_commas(layer.window) + " tokens" : "";
    for (const SideCache& side : layer.side) {
      note += fmt::format("{}and {} + {} a row beside, one for {} tokens", note.empty() ? "" : " ",
                          side.k_width, side.v_width, side.tokens_per_row);
    }
    rows.push_back({with_commas(group.count), std::string(word(layer.kind)), with_commas(layer.k_width),
                    with_commas(layer.v_width), with_commas(state), note});
  }
  return render_table({{"LAYERS", Align::right},
                       {"KIND"},
                       {"K WIDTH", Align::right},
                       {"V WIDTH", Align::right},
                       {"STATE", Align::right, 1},
                       {""}},
                      rows, room);
}

// What of it does not stay on the card; empty: no card is told.
std::string in_ram_text(const Footprint& memory) {
  if (!memory.fit) return memory.ram_bytes > 0 ? bytes_text(memory.ram_bytes) : "";
  const Fit& fit = *memory.fit;
  std::string text = fit.experts_in_ram > 0 ? counted(fit.experts_in_ram, "expert block") : "";
  if (fit.layers_in_ram > 0) text += (text.empty() ? "" : ", ") + counted(fit.layers_in_ram, "layer");
  return text.empty() ? term_text(memory.ram_bytes) : text;
}

std::string type_text(const Footprint& memory) {
  return memory.kv_type_k == memory.kv_type_v ? memory.kv_type_k : memory.kv_type_k + "," + memory.kv_type_v;
}

std::vector<std::string> context_row(const InspectedContext& context) {
  const Footprint& memory = context.runs ? *context.runs : context.memory;
  const std::string type = type_text(memory);
  const std::string window = with_commas(memory.num_ctx) + (context.clamped_to ? "!" : "");
  const bool interval = memory.total_low_bytes && memory.total_high_bytes;
  return {window,
          type,
          with_commas(memory.num_batch),
          bytes_text(checked_add(memory.kv_bytes, memory.kv_indexer_bytes.value_or(0))),
          term_text(memory.kv_swa_bytes),
          term_text(memory.rs_bytes),
          bytes_text(memory.compute_bytes),
          bytes_text(checked_add(memory.weights_bytes, memory.projector_bytes.value_or(0))),
          bytes_text(memory.total_bytes),
          interval ? fmt::format("{} to {}", human_bytes(*memory.total_low_bytes),
                                 human_bytes(*memory.total_high_bytes))
                   : "",
          in_ram_text(memory)};
}

bool any_in_ram(const Inspection& inspection) {
  return std::any_of(inspection.contexts.begin(), inspection.contexts.end(),
                     [](const InspectedContext& context) { return context.memory.ram_bytes > 0; });
}

std::string contexts_table(const Inspection& inspection, const TableRoom& room) {
  std::vector<std::vector<std::string>> rows;
  for (const InspectedContext& context : inspection.contexts) {
    if (!context.refused) rows.push_back(context_row(context));
  }
  return render_table({{"NUM_CTX", Align::right},
                       {"KV TYPE"},
                       {"BATCH", Align::right, 3},
                       {"KV", Align::right},
                       {"WINDOW KV", Align::right, 1},
                       {"STATE", Align::right, 2},
                       {"COMPUTE", Align::right},
                       {"WEIGHTS", Align::right},
                       {"TOTAL", Align::right},
                       {"BETWEEN", Align::right, 4},
                       {inspection.card || any_in_ram(inspection) ? "IN RAM" : ""}},
                      rows, room);
}

// Where there are several cards, or layers in RAM: what each card holds, with the first of the cache types.
std::string cards_table(const Inspection& inspection, const TableRoom& room) {
  std::vector<std::vector<std::string>> rows;
  for (const InspectedContext& context : inspection.contexts) {
    const Footprint& memory = context.runs ? *context.runs : context.memory;
    if (memory.kv_type_k != inspection.contexts.front().memory.kv_type_k) continue;
    for (const CardPart& part : memory.cards) {
      const Bytes caches = part.kv_bytes + part.kv_swa_bytes + part.kv_indexer_bytes + part.rs_bytes;
      rows.push_back({with_commas(memory.num_ctx), std::to_string(part.card),
                      fmt::format("{} from {}", part.layers, part.first), bytes_text(part.weights_bytes),
                      term_text(caches), bytes_text(part.compute_bytes),
                      term_text(part.projector_bytes + part.draft_bytes), bytes_text(part.total_bytes())});
    }
  }
  if (rows.empty()) return {};
  return render_table({{"NUM_CTX", Align::right},
                       {"CARD", Align::right},
                       {"LAYERS"},
                       {"WEIGHTS", Align::right},
                       {"CACHES", Align::right},
                       {"COMPUTE", Align::right},
                       {"BESIDE", Align::right, 1},
                       {"TOTAL", Align::right}},
                      rows, room) +
         "\n";
}

// What totals hold beside what was measured.
std::string beside_measured(const Inspection& inspection) {
  std::string text;
  for (const InspectedContext& context : inspection.contexts) {
    const Footprint& memory = context.memory;
    if (context.refused || !memory.measured) continue;
    if (const Bytes projector = memory.projector_bytes.value_or(0); projector > 0)
      text += fmt::format(", {} for the projector", human_bytes(projector));
    if (const Bytes process = memory.overhead_bytes.value_or(0); process > 0)
      text += fmt::format(", {} for the process{}", human_bytes(process),
                          memory.overhead_exact ? " as measured" : ", an estimate");
    break;
  }
  return text.empty() ? text : "; TOTAL is that" + text;
}

std::string measured_text(const Calibration& calibration, const Inspection& inspection) {
  std::string text = fmt::format("Measured at {} on {}: {} at {}, {} at {}, so {} a token",
                                 rfc3339(calibration.measured), printable(calibration.host, 80),
                                 human_bytes(calibration.low_bytes), with_commas(calibration.low_ctx),
                                 human_bytes(calibration.high_bytes), with_commas(calibration.high_ctx),
                                 human_bytes(static_cast<Bytes>(calibration.bytes_per_token())));
  return text + beside_measured(inspection) + ". Totals are corrected by it.\n";
}

std::string draft_text(const Footprint& memory) {
  std::string text = fmt::format("the draft takes {} of caches and about {} of compute",
                                 bytes_text(memory.draft_bytes), human_bytes(memory.draft_compute_bytes));
  if (memory.draft_weights_bytes > 0)
    text += " beside " + human_bytes(memory.draft_weights_bytes) + " of weights";
  return text;
}

// Which terms are exact, in one sentence.
std::string exactness(const Inspection& inspection) {
  for (const InspectedContext& context : inspection.contexts) {
    const Footprint& memory = context.memory;
    if (context.refused || !memory.kv_bytes) continue;
    std::string text = memory.caches_exact ? "KV cache, window KV and state are exact"
                       : inspection.arch.other_engine
                           ? "The caches are those of newer servers, not of this one"
                           : "The architecture is a guess, and so are its caches";
    text += memory.weights_exact ? "; weights are exact" : "; weights are an estimate";
    text += "; compute is an estimate within a measured band";
    text += memory.backend == "cpu" ? "; a process on the CPU takes nothing from a card"
            : memory.overhead_exact ? "; the process was measured"
            : memory.overhead_guessed
                ? "; what the process takes on " + memory.backend + " was never measured: it is a guess"
                : "; the process is an estimate";
    if (memory.draft_bytes.value_or(0) > 0) text += "; " + draft_text(memory);
    return text + ".\n";
  }
  return {};
}

// Who says what can be had of a card.
std::string told_by(const Budget& card) {
  for (const Card& one : card.each()) {
    if (!one.kept) return "no driver says how much, so 1.5 % is taken off";
  }
  return "as " + printable(card.each().front().name, 40) + " has it";
}

std::string tenants_text(const Budget& card) {
  std::optional<Bytes> bytes = 0;
  for (const Tenant& tenant : card.tenants) bytes = checked_add(bytes, tenant.bytes);
  if (card.tenants.empty()) return "";
  return fmt::format(" and {} for {}{}", bytes ? human_bytes(*bytes) : "more than can be counted",
                     counted(std::ssize(card.tenants), "tenant"),
                     card.each().size() > 1 ? ", taken to be on the first" : "");
}

// All of it, unless its num_gpu leaves layers in RAM whatever the window.
std::string what_stays(const Inspection& inspection) {
  const Footprint& memory = inspection.contexts.front().memory;
  if (memory.ram_bytes == 0) return "all of it stays there";
  i64 layers = 0;
  for (const CardPart& part : memory.cards) layers += part.layers;
  return fmt::format("the {} that its settings put there stay there", counted(layers, "layer"));
}

std::string card_text(const Inspection& inspection) {
  if (!inspection.card || inspection.largest.empty()) return {};
  std::vector<std::string> windows;
  for (const LargestWindow& one : inspection.largest) {
    const std::string type =
        one.kv_type_k == one.kv_type_v ? one.kv_type_k : one.kv_type_k + "," + one.kv_type_v;
    const auto text = [](std::optional<Tokens> window) { return window ? with_commas(*window) : "none"; };
    const std::string surely =
        one.surely == one.num_ctx ? "" : fmt::format(" ({} by the upper end)", text(one.surely));
    windows.push_back(fmt::format("{} with {}{}", text(one.num_ctx), type, surely));
  }
  const Budget& card = *inspection.card;
  const Footprint& memory = inspection.contexts.front().memory;
  if (memory.ram_bytes > 0 && memory.cards.empty()) return "Its settings put nothing of it on a card.\n";
  return fmt::format(
      "{} {}, of which processes can have {} ({}), with {} kept free{}{}, the largest window at which {} is, "
      "by the estimate, {}.\n",
      card.each().size() > 1 ? "On cards of" : "On a card of", human_bytes(card.card),
      human_bytes(card.usable()), told_by(card), human_bytes(card.reserve),
      card.each().size() > 1 ? " on each" : "", tenants_text(card), what_stays(inspection),
      join(windows, ", "));
}

// One line for each cache type and reason.
std::string refusals(const Inspection& inspection) {
  std::string text;
  std::vector<std::pair<std::string, std::string>> told;
  for (const InspectedContext& context : inspection.contexts) {
    if (!context.refused) continue;
    const std::pair one(type_text(context.memory), context.refused->why);
    if (std::find(told.begin(), told.end(), one) != told.end()) continue;
    told.push_back(one);
    const auto same =
        std::count_if(inspection.contexts.begin(), inspection.contexts.end(), [&](const auto& other) {
          return other.refused && type_text(other.memory) == one.first && other.refused->why == one.second;
        });
    text +=
        fmt::format("{} at {}: refused: {}\n", one.first,
                    same == 1 ? with_commas(context.memory.num_ctx) : counted(same, "window"), one.second);
  }
  return text;
}

std::string foot(const Inspection& inspection) {
  std::string text = exactness(inspection) + card_text(inspection);
  if (inspection.measured) text += measured_text(*inspection.measured, inspection);
  text += refusals(inspection);
  for (const InspectedContext& context : inspection.contexts) {
    if (!context.clamped_to) continue;
    text += fmt::format("! asked for {}, but Ollama gives {}; the row shows that\n",
                        with_commas(context.memory.num_ctx), with_commas(*context.clamped_to));
    break;
  }
  return text;
}

}  // namespace

std::string inspection_text(const Inspection& inspection, const TextOptions& options) {
  std::string text = wrapped_lines(head(inspection), options.width);
  if (!inspection.layers.empty()) text += "\n" + layers_table(inspection, options.width);
  text += "\n" + contexts_table(inspection, options.width) + "\n" + cards_table(inspection, options.width) +
          wrapped_lines(foot(inspection), options.width);
  return text;
}

}  // namespace ctxcap::report
