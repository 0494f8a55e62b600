// Blocks, bytes, concurrency, refusals and the largest window, as vLLM's own planner answered for each row.

#include "memory/memory.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>

#include "base/json.hpp"
#include "model/model.hpp"
#include "support/shared.hpp"

using namespace ctxcap;

namespace {

using VllmRow = nlohmann::json;

std::map<std::string, Checkpoint> vllm_shapes(const std::string& text) {
  std::map<std::string, Checkpoint> shapes;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const VllmRow row = VllmRow::parse(line);
    const std::string id = row["id"];
    CAPTURE(id);
    const auto checkpoint = model::checkpoint(row["config"].dump());
    REQUIRE(checkpoint);
    CHECK_MESSAGE(checkpoint->known(), checkpoint->unknown_reason);
    CHECK(checkpoint->notes.empty());
    CHECK(checkpoint->max_model_len == row["derived_max_model_len"].get<Tokens>());
    shapes.emplace(id, *checkpoint);
  }
  return shapes;
}

VllmSettings settings_of(const VllmRow& row) {
  VllmSettings settings;
  settings.kv_cache_dtype = row["kv_cache_dtype"];
  if (row.contains("user_block_size") && !row["user_block_size"].is_null())
    settings.block_size = row["user_block_size"];
  settings.max_num_batched_tokens = row["max_num_batched_tokens"];
  settings.max_num_seqs = row["max_num_seqs"];
  settings.prefix_caching = row["enable_prefix_caching"];
  settings.hybrid_manager = !row["disable_hybrid_kv_cache_manager"];
  return settings;
}

void check_groups(const BlockLayout& layout, const VllmRow& row) {
  REQUIRE(layout.groups.size() == row["groups"].size());
  for (std::size_t i = 0; i < layout.groups.size(); ++i) {
    const BlockGroup& group = layout.groups[i];
    const VllmRow& told = row["groups"][i];
    CHECK(group.groups == told["groups"].get<i64>());
    CHECK(group.layers == told["layers"].get<i64>());
    CHECK(group.page_bytes == told["page_size_bytes"].get<i64>());
    const i64 block = group.block_size > 0 ? group.block_size : row["max_model_len"].get<i64>();
    CHECK(block == told["block_size"].get<i64>());
    if (told.contains("kind")) CHECK(word(group.kind) == told["kind"].get<std::string>());
  }
}

void check_vllm_row(const VllmRow& row, const Checkpoint& checkpoint) {
  CAPTURE(row.dump());
  const auto layout = memory::block_layout(checkpoint, settings_of(row));
  REQUIRE(layout);
  CHECK(layout->block_size == row["block_size"].get<i64>());
  CHECK(layout->bytes_per_block == row["bytes_per_block"].get<i64>());
  CHECK(layout->in_flight == row["max_in_flight_tokens"].get<i64>());
  check_groups(*layout, row);
  VllmSettings told = settings_of(row);  // by a running server, after alignment
  told.block_size = layout->block_size;
  const auto again = memory::block_layout(checkpoint, told);
  REQUIRE(again);
  CHECK(again->bytes_per_block == layout->bytes_per_block);
  const Bytes available = row["available_bytes"];
  const VllmLength length = memory::vllm_length(*layout, row["max_model_len"], available);
  CHECK(length.blocks_per_request == row["blocks_per_request"].get<i64>());
  CHECK(length.needed_bytes == row["needed_bytes_one_request"].get<i64>());
  REQUIRE(length.refused);
  CHECK(*length.refused == row["refused"].get<bool>());
  if (*length.refused) {
    CHECK(!length.max_concurrency);
    const auto& estimate = row["estimated_max_model_len"];
    CHECK(length.estimated_len == (estimate.is_null() ? 0 : estimate.get<Tokens>()));
    const std::string text = refusal_text(length);
    for (const char* key : {"message_needed_gib", "message_available_gib"})
      CHECK(text.find("(" + row[key].get<std::string>() + " GiB") != std::string::npos);
  } else {
    CHECK(length.num_blocks == row["num_blocks"].get<i64>());
    REQUIRE(length.max_concurrency);
    CHECK(std::abs(*length.max_concurrency - row["max_concurrency"].get<double>()) < 1e-6);
  }
  if (!row.contains("auto_max_model_len")) return;
  const auto largest = memory::largest_length(*layout, available, *checkpoint.max_model_len);
  CHECK(largest.value_or(0) ==
        (row["auto_max_model_len"].is_null() ? 0 : row["auto_max_model_len"].get<Tokens>()));
}

// Rows that were not compared, since their format is packed.
int check_vllm_rows(const std::string& text, const std::map<std::string, Checkpoint>& shapes) {
  int packed = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const VllmRow row = VllmRow::parse(line);
    const Checkpoint& checkpoint = shapes.at(row["id"]);
    if (row["kv_cache_dtype"].get<std::string>().starts_with("turboquant")) {
      const auto layout = memory::block_layout(checkpoint, settings_of(row));
      REQUIRE(!layout);
      CHECK(layout.error().why.find("packed") != std::string::npos);
      ++packed;
    } else {
      check_vllm_row(row, checkpoint);
    }
  }
  return packed;
}

std::string vllm_fixture(const std::string& name) {
  std::ifstream file(std::string(CTXCAP_ROOT) + "/fixtures/vllm/" + name, std::ios::binary);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("vLLM: blocks and bytes as its planner answers, in the rows carried along") {
  CHECK(check_vllm_rows(vllm_fixture("planned.jsonl"), vllm_shapes(vllm_fixture("shapes.jsonl"))) == 1);
}

TEST_CASE("vLLM: blocks and bytes as its planner answers, in every row") {
  const auto shapes = test::shared_file("vllm/shapes.jsonl"),
             rows = test::shared_file("vllm/kv-planning.jsonl");
  if (!shapes || !rows) return;
  CHECK(check_vllm_rows(*rows, vllm_shapes(*shapes)) == 7);
}

// Start-ups of real cards, as their logs have them.
TEST_CASE("vLLM: older versions plan by their own rules") {
  const auto shapes = vllm_shapes(vllm_fixture("shapes.jsonl"));
  constexpr double kGiB = 1024.0 * 1024 * 1024;

  VllmSettings settings;
  settings.version = "0.24.0";
  settings.kv_cache_dtype = "fp8";
  settings.max_num_batched_tokens = 8192;
  const auto hybrid = memory::block_layout(shapes.at("qwen3.5-35b-a3b"), settings);
  REQUIRE(hybrid);
  const VllmLength seen = memory::vllm_length(*hybrid, 131072, static_cast<Bytes>(5.98 * kGiB));
  CHECK(seen.num_blocks == 299);
  CHECK(seen.blocks_per_request == 69);
  REQUIRE(seen.max_concurrency);
  CHECK(static_cast<Tokens>(*seen.max_concurrency * 131072) == 567978);

  const auto coder = model::checkpoint(
      R"({"num_hidden_layers": 62, "num_key_value_heads": 8, "head_dim": 128, "num_attention_heads": 96})");
  REQUIRE(coder);
  REQUIRE(coder->known());
  settings = {};
  settings.version = "0.10.1";
  const auto plain = memory::block_layout(*coder, settings);
  REQUIRE(plain);
  for (const auto& [gib, estimate] : {std::pair{48.66, 205728}, std::pair{55.65, 235296}}) {
    const VllmLength refused = memory::vllm_length(*plain, 262144, static_cast<Bytes>(gib * kGiB));
    CHECK(refused.refused == true);
    CHECK(refused.needed_bytes == static_cast<Bytes>(62 * kGiB));
    CHECK(std::abs(*refused.estimated_len - estimate) <= 32);  // the log rounds what was available
  }
}

TEST_CASE("vLLM: cards share heads, and what cannot be shared is refused") {
  const auto shapes = vllm_shapes(vllm_fixture("shapes.jsonl"));
  VllmSettings settings;
  settings.tensor_parallel = 4;
  const auto four = memory::block_layout(shapes.at("llama-3.1-8b"), settings);
  REQUIRE(four);
  CHECK(four->bytes_per_block == 2097152 / 4);
  const auto latent = memory::block_layout(shapes.at("deepseek-v2-lite"), settings);
  REQUIRE(latent);
  CHECK(latent->bytes_per_block == 497664);  // each card has the whole row
  settings.tensor_parallel = 3;
  REQUIRE(!memory::block_layout(shapes.at("llama-3.1-8b"), settings));
  settings = {};
  settings.kv_cache_dtype = "int8_per_token_head";
  CHECK(!memory::block_layout(shapes.at("deepseek-v2-lite"), settings));
}

TEST_CASE("config.json: what no rule knows has a reason, and wrapped text models are found") {
  const auto unknown = model::checkpoint(
      R"({"model_type": "kimi_linear", "num_hidden_layers": 27, "hidden_size": 2304, "num_attention_heads": 32,
          "kv_lora_rank": 512})");
  REQUIRE(unknown);
  CHECK(!unknown->known());
  CHECK(unknown->unknown_reason.find("kimi_linear") != std::string::npos);

  const auto seeing = model::checkpoint(
      R"({"model_type": "gemma3", "text_config": {"model_type": "gemma3_text", "hidden_size": 2560,
          "num_hidden_layers": 34, "sliding_window": 1024, "rope_scaling": {"rope_type": "linear", "factor": 8.0}}})");
  REQUIRE(seeing);
  REQUIRE(seeing->known());
  const auto layout = memory::block_layout(*seeing, {});
  REQUIRE(layout);
  CHECK(layout->bytes_per_block == 327680);
  CHECK(seeing->max_model_len == 131072);

  CHECK(!model::checkpoint("[1]"));
  CHECK(!model::checkpoint("{}"));
  CHECK(!model::checkpoint("{\"model_info\": {}}"));
  const auto empty = model::checkpoint(R"({"model_type": "llama"})");
  REQUIRE(empty);
  CHECK(!empty->unknown_reason.empty());
}

TEST_CASE("vLLM: numbers of tokens as its flags take them") {
  const std::pair<const char*, i64> kTaken[] = {
      {"8192", 8192}, {"25.6k", 25600}, {"1K", 1024}, {"2k", 2000}, {"1M", 1048576}};
  for (const auto& row : kTaken) {
    CAPTURE(row.first);
    CHECK(vllm_tokens(row.first) == row.second);
  }
  for (const char* text : {"", "1.5K", "-1", "0", "k", "12x", "99999999999G"}) {
    CAPTURE(text);
    CHECK(!vllm_tokens(text));
  }
}

TEST_CASE("vLLM: weights out of the sizes of matrices, and what a share leaves") {
  const auto weights = [](const std::string& id, const char* extra) {
    const std::string shapes = vllm_fixture("shapes.jsonl");
    std::istringstream lines(shapes);
    for (std::string line; std::getline(lines, line);) {
      VllmRow row = VllmRow::parse(line);
      if (row["id"] != id) continue;
      row["config"].update(VllmRow::parse(extra));
      const auto checkpoint = model::checkpoint(row["config"].dump());
      REQUIRE(checkpoint);
      REQUIRE(checkpoint->weights_bytes);
      return static_cast<double>(*checkpoint->weights_bytes) / (1024.0 * 1024 * 1024);
    }
    FAIL("no such shape");
    return 0.0;
  };
  // Loads seen in public, and sums of published shapes.
  CHECK(std::abs(weights("qwen3-8b", R"({"quantization_config": {"quant_method": "fp8"}})") - 8.79) < 0.02);
  CHECK(std::abs(weights("qwen2-7b", "{}") - 14.2) < 0.05);
  CHECK(std::abs(weights("qwen2-7b", R"({"quantization_config": {"quant_method": "fp8"}})") - 8.1) < 0.05);
  CHECK(
      std::abs(weights("qwen2-7b",
                       R"({"quantization_config": {"quant_method": "awq", "bits": 4, "group_size": 128}})") -
               5.2) < 0.05);
  CHECK(std::abs(weights("llama-3.1-8b", "{}") - 14.99) < 0.04);

  // The first card of 16 GB that an article shares: 0.35 of it is less than the weights.
  const Bytes total = (Bytes{16} << 30) / 1000 * 995,
              of_weights = static_cast<Bytes>(8.79 * 1024 * 1024 * 1024);
  CHECK(memory::vllm_share(total, 0.35, of_weights).available_high < 0);
  CHECK(memory::vllm_share(total, 0.70, of_weights).available_low > 0);
}

TEST_CASE("vLLM: a plan from the bottom up, and what of it would be refused") {
  const auto shapes = vllm_shapes(vllm_fixture("shapes.jsonl"));
  Budget card{.card = Bytes{24} << 30};
  memory::VllmWish wish{.model = "m", .num_ctx = 8192, .at_once = 4, .at_once_seen = true, .card = card};
  const ServedPlan plan = memory::plan_for_vllm(shapes.at("qwen3-8b"), wish);
  CHECK(plan.refused.empty());
  CHECK(plan.cache_bytes == Bytes{4 * 512 + 1} * 2359296);
  CHECK(plan.num_blocks == 4 * 512 + 1);
  REQUIRE(plan.share);
  const double needed =
      static_cast<double>(*plan.weights_bytes + memory::kActivationsHigh + *plan.cache_bytes);
  CHECK(*plan.share * static_cast<double>(*plan.total_bytes) >= needed);
  CHECK((*plan.share - 0.0001) * static_cast<double>(*plan.total_bytes) < needed);

  // Smaller steps where layers slide.
  const ServedPlan sliding = memory::plan_for_vllm(shapes.at("gemma-3-4b"), wish);
  const std::pair<std::string, std::string> kSteps{"max-num-batched-tokens", "512"};
  CHECK(std::find(sliding.flags.begin(), sliding.flags.end(), kSteps) != sliding.flags.end());

  wish.card->tenants = {{"other", Bytes{20} << 30}};
  CHECK(memory::plan_for_vllm(shapes.at("qwen3-8b"), wish).refused.starts_with("Free memory on device"));
  wish.card->card = Bytes{12} << 30;
  CHECK(memory::plan_for_vllm(shapes.at("qwen3-8b"), wish).refused.starts_with("No available memory"));
  wish.card.reset();
  wish.num_ctx = 100000;
  CHECK(
      memory::plan_for_vllm(shapes.at("qwen3-8b"), wish).refused.starts_with("User-specified max_model_len"));
}
