#include "app/inspect_vllm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/text.hpp"
#include "base/units.hpp"
#include "data/service_url.hpp"
#include "describe/describe.hpp"
#include "memory/memory.hpp"
#include "report/report.hpp"
#include "runtime/runtime.hpp"

namespace ctxcap::app {
namespace {

constexpr Tokens kUsualLengths[] = {2048, 4096, 8192, 16384, 32768, 65536, 131072};
constexpr Tokens kLargestLength = Tokens{1} << 40;

Error usage(std::string what, std::string why, std::string hint) {
  return {.kind = ErrorKind::usage, .what = std::move(what), .why = std::move(why), .hint = std::move(hint)};
}

// Of a flag that counts; `most` keeps every product within 64 bits.
Status take(const char* flag, const std::optional<i64>& given, i64 most, i64& into) {
  if (!given) return {};
  if (*given < 1 || *given > most) {
    return fail(usage(fmt::format("{} cannot be {}", flag, *given),
                      fmt::format("it is 1 to {}", with_commas(most)), "ctxcap inspect --help"));
  }
  into = *given;
  return {};
}

Result<VllmSettings> settings_of(const VllmFlags& flags, const std::string& version) {
  VllmSettings settings;
  settings.kv_cache_dtype = flags.kv_cache_dtype;
  settings.prefix_caching = !flags.no_prefix_caching;
  settings.hybrid_manager = !flags.no_hybrid_manager;
  if (!version.empty()) settings.version = version;
  TRY(take("--block-size", flags.block_size, 4096, settings.block_size));
  TRY(take("--max-num-batched-tokens", flags.max_num_batched_tokens, i64{1} << 24,
           settings.max_num_batched_tokens));
  TRY(take("--max-num-seqs", flags.max_num_seqs, i64{1} << 20, settings.max_num_seqs));
  TRY(take("--tensor-parallel", flags.tensor_parallel, 1024, settings.tensor_parallel));
  return settings;
}

// As asked; else the usual ones up to the model's own, and that.
Result<std::vector<Tokens>> lengths_of(const VllmFlags& flags, const VllmInspection& inspection) {
  std::vector<Tokens> lengths;
  for (const std::string& entry : flags.lengths) {
    for (const std::string_view part : split(entry, ',')) {
      if (part == "auto" || part == "-1") {
        if (!inspection.available) {
          return fail(usage("--max-model-len auto needs to know the memory",
                            "it is the largest window that fits", "add --available 8GiB"));
        }
        if (inspection.auto_max_model_len) lengths.push_back(*inspection.auto_max_model_len);
        continue;
      }
      const std::optional<Tokens> length = vllm_tokens(part);
      if (!length || *length > kLargestLength) {
        return fail(usage(fmt::format("\"{}\" is not a window", printable(part, 40)),
                          "as vLLM takes it: 8192, 25.6k (times 1,000), 8K (times 1,024), auto",
                          "write it like --max-model-len 4096,8192"));
      }
      lengths.push_back(*length);
    }
  }
  if (!flags.lengths.empty()) return lengths;
  const auto& own = inspection.checkpoint.max_model_len;
  for (const Tokens usual : kUsualLengths) {
    if (!own || usual < *own) lengths.push_back(usual);
  }
  if (own) lengths.push_back(*own);
  const auto runs = inspection.server ? inspection.server->max_model_len : std::nullopt;
  if (runs && *runs <= kLargestLength) lengths.push_back(*runs);
  std::sort(lengths.begin(), lengths.end());
  lengths.erase(std::unique(lengths.begin(), lengths.end()), lengths.end());
  return lengths;
}

std::string name_of(const std::string& model, const std::string& path) {
  if (!model.empty()) return model;
  const std::filesystem::path file(path);
  if (file.filename() != "config.json") return file.stem().string();
  const std::string folder = file.parent_path().filename().string();
  return folder.empty() || folder == "." ? "" : folder;
}

void look_at(VllmInspection& inspection, const BlockLayout& layout, const std::vector<Tokens>& lengths) {
  for (const Tokens tokens : lengths) {
    VllmLength length = memory::vllm_length(layout, tokens, inspection.available);
    const auto& own = inspection.checkpoint.max_model_len;
    if (own && tokens > *own) {
      length.beyond = own;
      length.refused = true;
    }
    inspection.lengths.push_back(length);
  }
}

// What a share of the card leaves for the cache, where nobody named that itself: at the upper end of what is
// beside it.
Status take_share(const VllmFlags& flags, const std::optional<Budget>& card, VllmInspection& inspection) {
  if (flags.share.empty()) return {};
  const std::optional<double> share = parse_number(flags.share);
  if (!share || !(*share > 0 && *share <= 1)) {
    return fail(usage(fmt::format("--gpu-memory-utilization cannot be \"{}\"", printable(flags.share, 20)),
                      "it is a share of the card, above 0 and up to 1", "--gpu-memory-utilization 0.9"));
  }
  if (!card)
    return fail(usage("--gpu-memory-utilization needs a card", "it is a share of the whole of it",
                      "add --card 24GiB"));
  if (!inspection.checkpoint.weights_bytes) {
    return fail(usage("--gpu-memory-utilization needs the weights",
                      "the share includes them, and their size is unknown",
                      "name the config.json that lies beside the weights, or --available instead"));
  }
  inspection.share =
      memory::vllm_share(card->each().front().usable(), *share,
                         *inspection.checkpoint.weights_bytes / inspection.settings.tensor_parallel);
  if (!inspection.available && inspection.share->available_low > 0)
    inspection.available = inspection.share->available_low;
  return {};
}

}  // namespace

void add_vllm_flags(cli::Parser& parser, VllmFlags& flags) {
  parser
      .add_option("--target", flags.target, "Which server: ollama, or vllm, which takes --config CONFIG.json")
      .type_name("SERVER")
      .words({"ollama", "vllm"});
  parser
      .add_option("--url", flags.url,
                  "vllm: a running server, whose window, blocks and flags are taken; VLLM_API_KEY is its key")
      .type_name("URL");
  parser.add_option("--max-model-len", flags.lengths, "vllm: windows, e.g. 4096,8192, or auto")
      .type_name("N");
  parser.add_option("--available", flags.available, "vllm: memory for the cache on one card")
      .type_name("SIZE");
  parser.add_option("--gpu-memory-utilization", flags.share, "vllm: its share of --card").type_name("SHARE");
  std::vector<std::string> types;
  for (const std::string_view type : memory::vllm_cache_types()) types.emplace_back(type);
  parser.add_option("--kv-cache-dtype", flags.kv_cache_dtype, "vllm: type of the cache")
      .type_name("TYPE")
      .words(std::move(types));
  parser.add_option("--block-size", flags.block_size, "vllm: tokens of a block (16)");
  parser.add_option("--max-num-batched-tokens", flags.max_num_batched_tokens,
                    "vllm: tokens of a step (2048); sliding windows keep twice as many beside their own");
  parser.add_option("--max-num-seqs", flags.max_num_seqs, "vllm: requests at once (256)");
  parser.add_option("--tensor-parallel", flags.tensor_parallel, "vllm: cards that share each layer (1)");
  parser.add_flag("--no-prefix-caching", flags.no_prefix_caching, "vllm: as --no-enable-prefix-caching");
  parser.add_flag("--disable-hybrid-kv-cache-manager", flags.no_hybrid_manager,
                  "vllm: sliding layers keep all tokens");
  parser.claim_config(flags.config, [&flags] { return flags.target == "vllm"; });
}

namespace {

// What runs is what is meant, unless flags say otherwise. Its config.json lies beside the weights, where
// these are on this machine.
Status take_server(const VllmFlags& flags, const std::string& model, const std::string& version, World& world,
                   std::string& config, VllmInspection& inspection) {
  if (const std::string fault = fault_of_url(flags.url); !fault.empty())
    return fail(usage("--url cannot be used", fault, "--url http://127.0.0.1:8000"));
  std::string url = flags.url;
  while (url.ends_with('/')) url.pop_back();
  TRY_ASSIGN(inspection.server, runtime::running_vllm(world, url, model));
  const VllmServer& server = *inspection.server;
  VllmSettings& settings = inspection.settings;
  inspection.model = server.model;
  if (version.empty() && !server.version.empty()) settings.version = server.version;
  if (flags.kv_cache_dtype == "auto" && !server.cache_dtype.empty())
    settings.kv_cache_dtype = server.cache_dtype;
  const bool is_size = server.block_size && *server.block_size >= 1 && *server.block_size <= 4096;
  if (!flags.block_size && is_size) settings.block_size = *server.block_size;
  if (!flags.no_prefix_caching) settings.prefix_caching = server.prefix_caching.value_or(true);
  const std::string beside = server.root + "/config.json";
  if (config.empty() && !server.root.empty() && world.files.kind(beside) == PathKind::file) config = beside;
  if (config.empty()) {
    inspection.unknown = "the config.json of " + server.root +
                         " is not at hand: --config names it; it lies beside the weights, or in the hub's "
                         "cache below models--ORG--NAME/snapshots";
  }
  return {};
}

// The cache that is there, in blocks of this layout.
void take_blocks(VllmInspection& inspection) {
  if (inspection.available || !inspection.server || !inspection.server->num_blocks) return;
  inspection.available = checked_mul(*inspection.server->num_blocks, inspection.layout->bytes_per_block);
}

}  // namespace

Result<cli::ExitCode> inspect_vllm(const VllmFlags& flags, const std::string& model,
                                   const std::string& version, const std::optional<Budget>& card,
                                   const cli::SkinFlags& output, World& world, cli::Talk& talk) {
  if (flags.config.empty() && flags.url.empty()) {
    return fail(usage("--target vllm needs the config.json of the model", "it says how its layers cache",
                      "ctxcap inspect --target vllm --config MODEL/config.json"));
  }
  std::string config = flags.config;
  VllmInspection inspection{.model = name_of(model, config)};
  TRY_ASSIGN(inspection.settings, settings_of(flags, version));
  if (!flags.url.empty()) TRY(take_server(flags, model, version, world, config, inspection));
  if (!flags.available.empty()) {
    TRY_ASSIGN(inspection.available, parse_bytes(flags.available));
  }
  if (!config.empty()) {
    TRY_ASSIGN(inspection.checkpoint, describe::checkpoint_from_file(config, world));
    TRY(take_share(flags, card, inspection));
  }
  if (!inspection.unknown.empty()) {
  } else if (!inspection.checkpoint.known()) {
    inspection.unknown = inspection.checkpoint.unknown_reason;
  } else if (auto layout = memory::block_layout(inspection.checkpoint, inspection.settings)) {
    inspection.layout = std::move(*layout);
    take_blocks(inspection);
    if (inspection.available) {
      inspection.auto_max_model_len =
          memory::largest_length(*inspection.layout, *inspection.available,
                                 inspection.checkpoint.max_model_len.value_or(kLargestLength));
    }
    TRY_ASSIGN(const std::vector<Tokens> lengths, lengths_of(flags, inspection));
    look_at(inspection, *inspection.layout, lengths);
  } else {
    if (layout.error().what.starts_with("vLLM")) return fail(layout.error());
    inspection.unknown = layout.error().why;
  }
  TRY(cli::write_skins({.text = [&](const auto& style) { return report::vllm_text(inspection, style); },
                        .json = [&] { return vllm_json(inspection); }},
                       output, world, talk));
  return cli::ExitCode::done;
}

}  // namespace ctxcap::app
