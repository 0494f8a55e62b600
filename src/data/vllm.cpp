#include "data/vllm.hpp"

#include <fmt/format.h>

#include <cmath>

#include "base/units.hpp"
#include "data/json_values.hpp"

namespace ctxcap {
namespace {

Json group_json(const BlockGroup& group) {
  Json json{{"kind", word(group.kind)},
            {"groups", group.groups},
            {"layers", group.layers},
            {"block_size", unless_zero(group.block_size)},
            {"page_size_bytes", group.page_bytes}};
  if (group.window > 0) json["window"] = group.window;
  if (group.kind == PageKind::state) json["blocks_per_request"] = group.snapshots;
  if (!group.sizes.empty()) {
    json["sizes"] = Json::array();
    for (const BlockGroup& size : group.sizes)
      json["sizes"].push_back({{"layers", size.layers}, {"page_size_bytes", size.page_bytes}});
  }
  return json;
}

Json length_json(const VllmLength& length) {
  Json json{{"max_model_len", length.max_model_len},
            {"blocks_per_request", length.blocks_per_request},
            {"needed_bytes_one_request", length.needed_bytes},
            {"num_blocks", or_null(length.num_blocks)},
            {"max_concurrency", or_null(length.max_concurrency)},
            {"refused", or_null(length.refused)}};
  if (length.refused.value_or(false)) {
    json["estimated_max_model_len"] = unless_zero(length.estimated_len.value_or(0));
    json["refusal"] = refusal_text(length);
  }
  return json;
}

// As Python prints what was rounded to two digits: 1.5, 0.02, 6.0.
std::string gib(Bytes bytes) {
  std::string text = fmt::format("{:.2f}", static_cast<double>(bytes) / static_cast<double>(Bytes{1} << 30));
  if (text.back() == '0') text.pop_back();
  return text;
}

}  // namespace

std::string_view word(PageKind kind) {
  switch (kind) {
    case PageKind::full:
      return "FullAttention";
    case PageKind::latent:
      return "MLAAttention";
    case PageKind::sliding:
      return "SlidingWindow";
    case PageKind::chunked:
      return "ChunkedLocalAttention";
    case PageKind::state:
      return "Mamba";
  }
  return "";
}

std::string refusal_text(const VllmLength& length) {
  if (!length.refused.value_or(false)) return "";
  if (length.beyond) {
    return fmt::format("User-specified max_model_len ({}) is greater than the derived max_model_len ({}).",
                       length.max_model_len, *length.beyond);
  }
  std::string text = fmt::format(
      "To serve at least one request with the model's max seq len ({}), ({} GiB KV cache is needed, which is "
      "larger than the available KV cache memory ({} GiB).",
      length.max_model_len, gib(length.needed_bytes), gib(length.usable.value_or(0)));
  if (length.estimated_len.value_or(0) > 0)
    text += fmt::format(" Based on the available memory, the estimated maximum model length is {}.",
                        *length.estimated_len);
  return text;
}

std::optional<Tokens> vllm_tokens(std::string_view text) {
  constexpr double kMost = 1e15;
  if (text.empty()) return std::nullopt;
  constexpr std::string_view kDecimal = "kmgt", kBinary = "KMGT";
  const auto decimal = kDecimal.find(text.back()), binary = kBinary.find(text.back());
  if (decimal != kDecimal.npos) {
    const std::optional<double> number = parse_number(text.substr(0, text.size() - 1));
    if (!number || !(*number > 0)) return std::nullopt;
    const double tokens = *number * std::pow(1000.0, static_cast<double>(decimal + 1));
    return tokens < kMost ? std::optional<Tokens>(std::llround(tokens)) : std::nullopt;
  }
  std::optional<i64> whole = parse_integer(binary == kBinary.npos ? text : text.substr(0, text.size() - 1));
  for (std::size_t i = 0; binary != kBinary.npos && i <= binary; ++i) whole = checked_mul(whole, 1024);
  return whole && *whole > 0 && static_cast<double>(*whole) < kMost ? whole : std::nullopt;
}

std::string vllm_json(const VllmInspection& inspection) {
  const Checkpoint& checkpoint = inspection.checkpoint;
  const VllmSettings& settings = inspection.settings;
  Json json{{"schema", "ctxcap.vllm/1"},
            {"model", inspection.model},
            {"model_type", checkpoint.model_type},
            {"vllm_version", settings.version},
            {"unknown", inspection.unknown.empty() ? Json(nullptr) : Json(inspection.unknown)},
            {"notes", checkpoint.notes},
            {"derived_max_model_len", or_null(checkpoint.max_model_len)},
            {"kv_cache_dtype", settings.kv_cache_dtype},
            {"max_num_batched_tokens", settings.max_num_batched_tokens},
            {"max_num_seqs", settings.max_num_seqs},
            {"prefix_caching", settings.prefix_caching},
            {"tensor_parallel", settings.tensor_parallel},
            {"available_bytes", or_null(inspection.available)},
            {"groups", Json::array()},
            {"block_size", nullptr},
            {"bytes_per_block", nullptr},
            {"lengths", Json::array()},
            {"auto_max_model_len", or_null(inspection.auto_max_model_len)}};
  json["server"] = nullptr;
  if (const auto& server = inspection.server) {
    json["server"] = {{"model", server->model},
                      {"root", server->root},
                      {"max_model_len", or_null(server->max_model_len)},
                      {"num_blocks", or_null(server->num_blocks)},
                      {"block_size", or_null(server->block_size)},
                      {"max_concurrency", or_null(server->max_concurrency)},
                      {"gpu_memory_utilization", or_null(server->share)},
                      {"kv_cache_memory_bytes", or_null(server->cache_bytes)},
                      {"kv_cache_dtype", server->cache_dtype},
                      {"prefix_caching", or_null(server->prefix_caching)}};
  }
  json["share"] = nullptr;
  if (const auto& share = inspection.share) {
    json["share"] = {{"gpu_memory_utilization", share->share},
                     {"total_bytes", share->total},
                     {"requested_bytes", share->requested},
                     {"weights_bytes", share->weights},
                     {"weights_exact", checkpoint.weights_exact},
                     {"available_low_bytes", share->available_low},
                     {"available_high_bytes", share->available_high},
                     {"refused", share->available_high <= 0 ? Json(true)
                                 : share->available_low > 0 ? Json(false)
                                                            : Json()}};
  }
  if (inspection.layout) {
    for (const BlockGroup& group : inspection.layout->groups) json["groups"].push_back(group_json(group));
    json["block_size"] = inspection.layout->block_size;
    json["bytes_per_block"] = inspection.layout->bytes_per_block;
  }
  for (const VllmLength& length : inspection.lengths) json["lengths"].push_back(length_json(length));
  return json.dump(2) + "\n";
}

}  // namespace ctxcap
