#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "model/model.hpp"
#include "model/tensor_types.hpp"

using namespace ctxcap;

namespace {

Weights weights_of(const std::string& architecture, const std::string& keys, const std::string& tensors) {
  const auto description = model::describe("{\"model_info\":{\"general.architecture\":\"" + architecture +
                                               "\"" + keys + "},\"tensors\":[" + tensors + "]}",
                                           "m");
  REQUIRE(description);
  const ModelArch arch = model::architecture_of(*description);
  REQUIRE(arch.weights);
  return *arch.weights;
}

std::string tensor(const std::string& name) {
  return "{\"name\":\"" + name + "\",\"type\":\"F32\",\"shape\":[25]}";  // 100 bytes
}

}  // namespace

TEST_CASE("tensor sizes follow ggml's blocks") {
  const struct {
    const char* type;
    std::vector<i64> shape;
    std::optional<Bytes> want;
  } rows[] = {
      {"F32", {10}, 40},
      {"BF16", {10, 3}, 60},
      {"Q4_K", {512, 3}, 864},
      {"Q8_0", {64, 2, 2}, 272},
      {"MXFP4", {2880, 2880, 32}, 141'004'800},
      {"Q4_K", {100}, {}},  // not a multiple of its block
      {"Q9_X", {256}, {}},  // not known
      {"F32", {}, {}},
      {"F32", {-4}, {}},
      {"F32", {1LL << 40, 1LL << 40}, {}},  // beyond 64 bits
      {"F32", {0, 5}, 0},
  };
  for (const auto& row : rows) {
    CAPTURE(row.type);
    CHECK(model::tensor_bytes({.name = "t", .type = row.type, .shape = row.shape}) == row.want);
  }
}

TEST_CASE("recorded models: what stays on the CPU, what is loaded twice, what is a projector") {
  const struct {
    const char* file;
    Weights want;
  } rows[] = {
      {"devstral-small-2", {.stored = 15'204'044'800, .input = 377'487'360, .projector = 878'018'560}},
      {"llama3.2_1b", {.stored = 799'862'784, .input = 215'470'080, .tied = 215'470'080}},
      {"nomic-embed-text", {.stored = 273'530'880, .input = 46'884'864}},
      {"nemotron-3-nano_30b", {.stored = 24'507'234'048, .input = 242'221'056}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.file);
    std::ifstream file(std::string(CTXCAP_ROOT "/fixtures/show/") + row.file + ".json");
    std::ostringstream text;
    text << file.rdbuf();
    const auto description = model::describe(text.str(), row.file);
    REQUIRE(description);
    const ModelArch arch = model::architecture_of(*description);
    REQUIRE(arch.weights);
    CHECK(arch.weights->stored == row.want.stored);
    CHECK(arch.weights->input == row.want.input);
    CHECK(arch.weights->tied == row.want.tied);
    CHECK(arch.weights->projector == row.want.projector);
    CHECK(arch.weights->draft == 0);
    CHECK(arch.weights->error == 0);
  }
}

TEST_CASE("blocks of multi-token prediction and per-layer tables are told apart") {
  const std::string names = tensor("token_embd.weight") + "," + tensor("per_layer_token_embd.weight") + "," +
                            tensor("blk.0.attn_k.weight") + "," + tensor("blk.1.nextn.eh_proj.weight") + "," +
                            tensor("mtp.fc.weight") + "," + tensor("v.blk.0.attn_k.weight");
  const Weights plain = weights_of("novel", ",\"novel.block_count\":2", names);
  CHECK(plain.stored == 600);
  CHECK(plain.input == 200);
  CHECK(plain.tied == 100);
  CHECK(plain.projector == 100);
  CHECK(plain.draft == 100);  // mtp.* alone: no tail is declared
  CHECK(weights_of("novel", ",\"novel.block_count\":2,\"novel.nextn_predict_layers\":1", names).draft == 200);
  CHECK(weights_of("novel", "", names + "," + tensor("output.weight")).tied == 0);
  CHECK(weights_of("gemma4", "", names).tied_on_cpu == 100);
}

TEST_CASE("a tensor of unknown size makes weights unknown, with a note") {
  const auto description = model::describe(
      R"({"model_info":{},"tensors":[{"name":"a","type":"F32","shape":[1]},{"name":"b","type":"Q9_X","shape":[256]}]})",
      "m");
  REQUIRE(description);
  const ModelArch arch = model::architecture_of(*description);
  CHECK(!arch.weights);
  REQUIRE(arch.notes.size() == 1);
  CHECK(arch.notes[0] == "weights are unknown: tensor b of type Q9_X has no known size");
}

TEST_CASE("without tensors the size of the file stands in, with its error") {
  ModelArch arch;
  model::estimate_weights(arch, 4'000'000'000);
  REQUIRE(arch.weights);
  CHECK(arch.weights->stored == 3'992'000'000);
  CHECK(arch.weights->error > 100'000'000);
  model::estimate_weights(arch, 1000);
  CHECK(arch.weights->stored == 0);
}

TEST_CASE("weights by block, and which of them are experts") {
  const Weights weights =
      weights_of("qwen3moe", ",\"qwen3moe.block_count\":2",
                 tensor("token_embd.weight") + "," + tensor("output.weight") + "," +
                     tensor("blk.0.attn_q.weight") + "," + tensor("blk.0.ffn_up_exps.weight") + "," +
                     tensor("blk.0.ffn_down_exps.weight") + "," + tensor("blk.0.ffn_gate_inp.weight") + "," +
                     tensor("blk.1.ffn_gate_up_exps.weight") + "," + tensor("blk.1.ffn_up_shexp.weight"));
  REQUIRE(weights.blocks.size() == 2);
  CHECK(weights.blocks[0] == BlockWeights{.all = 400, .experts = 200, .largest = 100});
  CHECK(weights.blocks[1] == BlockWeights{.all = 200, .experts = 100, .largest = 100, .fused = true});
}
