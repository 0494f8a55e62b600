// A checkpoint and its windows in vLLM's blocks, for the terminal.

#include <fmt/format.h>

#include <cmath>

#include "base/glossary.hpp"
#include "base/text.hpp"
#include "base/text_table.hpp"
#include "base/units.hpp"
#include "report/style.hpp"

namespace ctxcap::report {
namespace {

using Align = Column::Align;

std::string groups_table(const BlockLayout& layout, const TableRoom& room) {
  std::vector<std::vector<std::string>> rows;
  for (const BlockGroup& group : layout.groups) {
    std::string note = group.window > 0 ? "last " + with_commas(group.window) + " tokens" : "";
    if (group.kind == PageKind::state) note = counted(group.snapshots, "block") + " of a request";
    if (!group.sizes.empty()) note = "pages of several sizes side by side";
    rows.push_back({std::string(word(group.kind)), with_commas(group.groups), with_commas(group.layers),
                    group.block_size > 0 ? with_commas(group.block_size) : "the window",
                    human_bytes(group.page_bytes), note});
  }
  return render_table({{"KIND"},
                       {"GROUPS", Align::right},
                       {"LAYERS", Align::right},
                       {"BLOCK", Align::right},
                       {"PAGE", Align::right},
                       {"", Align::left, 1}},
                      rows, room);
}

std::string lengths_table(const VllmInspection& inspection, const TableRoom& room) {
  std::vector<std::vector<std::string>> rows;
  for (const VllmLength& length : inspection.lengths) {
    std::string at_once = length.max_concurrency ? fmt::format("{:.2f}", *length.max_concurrency) : "-";
    if (length.refused.value_or(false)) at_once = "refused";
    rows.push_back({with_commas(length.max_model_len), with_commas(length.blocks_per_request),
                    human_bytes(length.needed_bytes),
                    length.num_blocks ? with_commas(*length.num_blocks) : "-", at_once});
  }
  return render_table({{"MAX_MODEL_LEN", Align::right},
                       {"BLOCKS", Align::right},
                       {"ONE REQUEST", Align::right},
                       {"BLOCKS THERE", Align::right},
                       {"AT ONCE", Align::right}},
                      rows, room);
}

// Sizes may be negative here.
std::string gib(Bytes bytes) {
  return fmt::format("{:.2f} GiB", static_cast<double>(bytes) / static_cast<double>(Bytes{1} << 30));
}

std::string share_text(const VllmShare& share, bool exact) {
  std::string text =
      fmt::format("Share         {} of {}: {}, for weights {} ({}), activations, graphs and cache\n",
                  share.share, gib(share.total), gib(share.requested), gib(share.weights),
                  exact ? "by their files" : "computed from config.json");
  text += fmt::format("Cache         {} to {}", gib(share.available_low), gib(share.available_high));
  if (share.available_high <= 0) return text + ": refused, \"No available memory for the cache blocks\"\n";
  return text + (share.available_low <= 0 ? ": it may be refused; the rows below take none\n"
                                          : ": the rows below take the lower end\n");
}

std::string server_text(const VllmServer& server, int width) {
  std::vector<std::string> says;
  const auto say = [&](const char* words, const std::optional<i64>& number) {
    if (number) says.push_back(fmt::format("{} {}", words, with_commas(*number)));
  };
  say("max_model_len", server.max_model_len);
  if (server.num_blocks) {
    says.push_back(counted(*server.num_blocks, "block") +
                   (server.block_size ? fmt::format(" of {} tokens", with_commas(*server.block_size)) : ""));
  }
  if (server.max_concurrency)
    says.push_back(fmt::format("{:.2f} requests of that length at once", *server.max_concurrency));
  if (!server.cache_dtype.empty()) says.push_back("--kv-cache-dtype " + printable(server.cache_dtype, 40));
  if (server.cache_bytes)
    says.push_back(fmt::format("--kv-cache-memory-bytes {}", *server.cache_bytes));
  else if (server.share)
    says.push_back(fmt::format("--gpu-memory-utilization {}", *server.share));
  if (server.prefix_caching == false) says.emplace_back("no prefix caching");
  return wrapped("Running       " + join(says, ", "), width, "", "              ") + "\n";
}

// Whether the blocks are those of the server: it tells how many requests it holds. "": nothing to compare.
std::string agreement(const VllmInspection& inspection) {
  const std::optional<VllmServer>& server = inspection.server;
  if (!server || !server->max_concurrency) return "";
  for (const VllmLength& length : inspection.lengths) {
    if (length.max_model_len != server->max_model_len) continue;
    if (length.max_concurrency && std::abs(*length.max_concurrency / *server->max_concurrency - 1) < 1e-6)
      return "The server counts as many requests at once, so these are its blocks.";
    return fmt::format(
        "The server counts {:.2f} requests at once: it runs by flags that it does not tell, such as "
        "--max-num-batched-tokens where windows slide, or by other rules.",
        *server->max_concurrency);
  }
  return "";
}

}  // namespace

std::string vllm_text(const VllmInspection& inspection, const TextOptions& options) {
  const Checkpoint& checkpoint = inspection.checkpoint;
  std::string text = inspection.model.empty() ? "" : printable(inspection.model, 80) + "\n";
  if (inspection.server) text += server_text(*inspection.server, options.width);
  if (inspection.server && checkpoint.model_type.empty() && !inspection.layout)
    return text +
           wrapped("Unknown       " + printable(inspection.unknown, 400), options.width, "",
                   "              ") +
           "\n";
  text += fmt::format("Model type    {}\n", printable(checkpoint.model_type, 60));
  text += fmt::format("Window        {}, as vLLM derives it\n",
                      checkpoint.max_model_len ? with_commas(*checkpoint.max_model_len) : "unknown");
  text += fmt::format("Rules         vLLM {}\n", printable(inspection.settings.version, 20));
  for (const std::string& note : checkpoint.notes) text += "Note          " + printable(note, 300) + "\n";
  if (!inspection.layout) {
    return text + "Unknown       " + printable(inspection.unknown, 300) + "\n";
  }
  const BlockLayout& layout = *inspection.layout;
  if (inspection.share) text += share_text(*inspection.share, checkpoint.weights_exact);
  text += fmt::format("One block     {} tokens, {}\n\n", with_commas(layout.block_size),
                      human_bytes(layout.bytes_per_block));
  text += groups_table(layout, options.width) + "\n" + lengths_table(inspection, options.width);
  if (const std::string agrees = agreement(inspection); !agrees.empty())
    text += "\n" + wrapped(agrees, options.width, " ", " ") + "\n";
  // What the smallest of them is told is what the others are told.
  for (const VllmLength& length : inspection.lengths) {
    if (!length.refused.value_or(false)) continue;
    text +=
        "\n" +
        wrapped("It would not start at " + with_commas(length.max_model_len) + ": " + refusal_text(length),
                options.width, " ", " ") +
        "\n";
    break;
  }
  if (inspection.available) {
    text += fmt::format("\n --max-model-len auto would settle on {}.\n",
                        inspection.auto_max_model_len ? with_commas(*inspection.auto_max_model_len)
                                                      : "nothing: not one block is left over");
  }
  return text + "\n" +
         wrapped(
             "A smaller window frees no memory by itself: vLLM fills its share of the card with blocks, and "
             "serves more at once. A smaller --gpu-memory-utilization or --kv-cache-memory-bytes gives "
             "memory back.",
             options.width, " ", " ") +
         "\n";
}

}  // namespace ctxcap::report
