// Models over several cards and partly in RAM, against rows of llama.cpp itself: weights and caches of every
// card to the byte, compute within the band.

#include "memory/devices.hpp"

#include <doctest/doctest.h>

#include <map>
#include <sstream>

#include "base/json.hpp"
#include "memory/memory.hpp"
#include "reference.hpp"
#include "support/shared.hpp"

using namespace ctxcap;

namespace {

using Json = nlohmann::json;

// What each block takes on a card, by its kind: from the rows' own sums, each of which two or more rows agree
// on.
struct Blocks {
  Bytes input, output, plain;  // plain: full attention, where there are others
  Bytes recurrent = 0, dense = 0, tail = 0;
  Bytes experts = 0, largest = 0;
  bool fused = false;
};

const std::map<std::string, Blocks>& known_blocks() {
  static const std::map<std::string, Blocks> all{
      {"llama3.1-8b q4_k", {.input = 295501824, .output = 295518208, .plain = 122890240}},
      {"llama3.1-8b q8_0", {.input = 558170112, .output = 558186496, .plain = 231942144}},
      {"llama3.1-8b f32", {.input = 2101346304, .output = 2101362688, .plain = 872620736}},
      {"gemma3-27b q4_k", {.input = 792916992, .output = 792938752, .plain = 232366080}},
      {"gemma3-4b f32", {.input = 2685009920, .output = 2685020160, .plain = 377547200}},
      {"qwen35-27b q4_k",
       {.input = 715161600, .output = 715182080, .plain = 209489664, .recurrent = 217459712}},
      {"qwen3-30b-a3b q4_k",
       {.input = 175030272,
        .output = 175038464,
        .plain = 351446272,
        .experts = 339741952,
        .largest = 113246208}},
      {"gpt-oss-20b q8_0", {.input = 615329280, .output = 615341056, .plain = 875763072}},
      {"qwen3-8b q4_k", {.input = 350060544, .output = 350093312, .plain = 108587776}},
      {"glm4.5-air-46+1 q8_0",
       {.input = 659554304,
        .output = 659570688,
        .plain = 2489449216,
        .dense = 258845824,
        .tail = 7589772544,
        .experts = 2353007872,
        .largest = 784335872}},
      {"qwen35moe-35b-a3b q4_k",
       {.input = 286064640,
        .output = 286072832,
        .plain = 472254208,
        .recurrent = 476410624,
        .experts = 452986880,
        .largest = 301989888,
        .fused = true}},
      {"qwen3next-80b-a3b q4_k",
       {.input = 175030272,
        .output = 175038464,
        .plain = 927338240,
        .recurrent = 945650176,
        .experts = 905973760,
        .largest = 603979776,
        .fused = true}},
      {"qwen2.5-0.5b f32", {.input = 544538624, .output = 545149952, .plain = 59649984}},
  };
  return all;
}

Weights weights_of(const ModelArch& arch, const Blocks& known) {
  Weights weights{.stored = known.input + known.output, .input = known.input};
  for (i64 i = 0; i < arch.reckoned.blocks; ++i) {
    const bool recurrent = known.recurrent > 0 && (i + 1) % 4 != 0;
    const bool dense = known.dense > 0 && i == 0, tail = known.tail > 0 && i + 1 == arch.reckoned.blocks;
    BlockWeights block{.all = dense       ? known.dense
                              : tail      ? known.tail
                              : recurrent ? known.recurrent
                                          : known.plain};
    if (!dense)
      block = {.all = block.all, .experts = known.experts, .largest = known.largest, .fused = known.fused};
    weights.stored += block.all;
    weights.blocks.push_back(block);
  }
  return weights;
}

std::vector<double> numbers(const std::string& text) {
  std::vector<double> all;
  std::stringstream stream(text);
  for (std::string part; std::getline(stream, part, ',');) all.push_back(std::stod(part));
  return all;
}

struct DeviceRow {
  std::string text;
  Footprint got;
  Json devices;
  bool pipelined = false;
  double embedding = 0;
};

// Rows whose settings no server of ours has: nullopt.
std::optional<DeviceRow> predicted(const Json& row, const Json& metadata) {
  const Json& set = row["settings"];
  if (set.contains("kv_offload") || set.contains("events") || set.contains("op_offload") ||
      row.contains("error"))
    return std::nullopt;
  ModelArch arch = arch_of_metadata(metadata.dump(), LlamaBuild::v0_5_0);
  const std::string shape = row["id"].get<std::string>() + " " + row["weights_type"].get<std::string>();
  arch.weights = weights_of(arch, known_blocks().at(shape));
  RuntimeSettings settings{.parallel = set.value("n_seq_max", 1),
                           .kv_type_k = set.value("type_k", "f16"),
                           .kv_type_v = set.value("type_v", "f16"),
                           .flash_attention = FlashAttention::on,
                           .num_batch = set["n_ubatch"].get<i64>(),
                           .cpu_experts = set.value("n_cpu_moe", 0)};
  if (set.value("flash_attn", 1) == 0) settings.flash_attention = FlashAttention::off;
  if (set.contains("n_gpu_layers")) settings.gpu_layers = set["n_gpu_layers"].get<i64>();
  // Others lie in buffers of the CPU, which remote servers hand out.
  if (!row["backend"].get<std::string>().starts_with("simulated")) settings.backend = "vulkan";
  std::vector<double> shares = numbers(set.contains("tensor_split") ? set["tensor_split"].get<std::string>()
                                                                    : set.value("card_gib", "24"));
  if (set.value("split_mode", 1) == 0) shares.resize(1);
  std::vector<std::size_t> used;
  for (const double share : shares) {
    used.push_back(used.size());
    settings.cards.push_back(static_cast<Bytes>(share * static_cast<double>(1LL << 30)));
  }
  RuntimeSettings alone = settings;
  alone.cards.clear();
  alone.gpu_layers.reset();
  alone.cpu_experts = 0;
  const i64 total_ctx = set["n_ctx"].get<i64>();
  const auto load = memory::plan_load(arch, total_ctx, alone);
  auto memory = memory::footprint_of_total(arch, total_ctx, alone);
  REQUIRE_MESSAGE(memory, (memory ? "" : memory.error().why));
  memory::spread(arch, *load, used, settings, *memory);
  return DeviceRow{shape + " " + set.dump(), *memory, row["devices"], row["pipeline_parallel"].get<bool>(),
                   static_cast<double>(arch.compute.embedding)};
}

}  // namespace

TEST_CASE("several cards: what llama.cpp puts on each of them") {
  const auto text = test::shared_file("devices.jsonl");
  if (!text) return;
  std::map<std::string, Json> metadata;
  std::istringstream lines(*text);
  int rows = 0, cards = 0, within = 0, estimates = 0, passed_over = 0;
  for (std::string line; std::getline(lines, line);) {
    const Json row = Json::parse(line);
    if (row.contains("metadata")) metadata[row["id"]] = row["metadata"];
    const auto one = predicted(row, metadata.at(row["id"]));
    if (!one) {
      ++passed_over;
      continue;
    }
    CAPTURE(one->text);
    ++rows;
    CHECK(one->got.pipelined == one->pipelined);
    for (const CardPart& part : one->got.cards) {
      const std::string number = std::to_string(part.card);
      const bool rpc = one->devices.contains("RPC" + number);
      const Json& device = one->devices.at((rpc ? "RPC" : "CUDA") + number);
      CAPTURE(part.card);
      ++cards;
      CHECK(part.layers == device["n_layers"].get<i64>());
      CHECK(part.weights_bytes == device["weights_bytes"].get<Bytes>());
      CHECK(part.kv_bytes == device.value("kv_bytes", Bytes{0}));
      CHECK(part.kv_swa_bytes == device.value("kv_swa_bytes", Bytes{0}));
      CHECK(part.rs_bytes == device.value("rs_bytes", Bytes{0}));
      // Of the last card the dry run of --fit reckons one copy of the hidden rows more than there will be.
      const bool dry = row["allocation"].get<std::string>().starts_with("no_alloc") && one->pipelined &&
                       part.card == one->got.cards.back().card;
      const double extra = dry ? 16 * row["settings"]["n_ubatch"].get<double>() * one->embedding : 0;
      const double error =
          (static_cast<double>(part.compute_bytes) + extra) / device["compute_bytes"].get<double>() - 1;
      ++estimates;
      within += error > -0.05 && error < 0.2 ? 1 : 0;
      if (!(error > -0.05 && error < 0.2)) MESSAGE(one->text << " card " << part.card << ": " << error);
    }
  }
  MESSAGE(rows << " rows, " << cards << " cards, compute within -5 to +20 % on " << within << " of "
               << estimates << "; passed over: " << passed_over);
  CHECK(rows > 125);
  CHECK(within * 10 > estimates * 9);
}

TEST_CASE("layers are dealt by shares, in single precision") {
  const auto counts = [](i64 units, std::vector<double> shares, i64 on_cards) {
    std::vector<int> all(shares.size() + 1, 0);
    for (const int card : memory::dealt(units, shares, on_cards)) ++all[static_cast<std::size_t>(card + 1)];
    return all;
  };
  CHECK(counts(33, {24, 24}, 33) == std::vector<int>{0, 17, 16});
  CHECK(counts(33, {24, 8, 16}, 33) == std::vector<int>{0, 17, 5, 11});
  CHECK(counts(33, {3, 1}, 33) == std::vector<int>{0, 25, 8});
  CHECK(counts(33, {24, 24}, 20) == std::vector<int>{13, 10, 10});
  CHECK(counts(33, {24}, 99) == std::vector<int>{0, 33});
  CHECK(counts(33, {1, 0}, 33) == std::vector<int>{0, 33, 0});
}
