// Shapes of published models that are in no fixture, with the figures that llama.cpp allocates for them.

#include <doctest/doctest.h>

#include <cmath>

#include "base/json.hpp"
#include "reference.hpp"

using namespace ctxcap;
using Json = nlohmann::json;

namespace {

struct Shape {
  const char* name;
  const char* architecture;
  const char* keys;  // without the prefix
  double mib;        // caches and state at 32,768 tokens, f16, one slot, batch 512
};

const Shape kShapes[] = {
    {"llama 3.3 70b", "llama",
     R"("block_count":80,"embedding_length":8192,"attention.head_count":64,"attention.head_count_kv":8)",
     10240},
    {"llama 2 7b", "llama", R"("block_count":32,"embedding_length":4096,"attention.head_count":32)", 16384},
    {"qwen 2.5 0.5b", "qwen2",
     R"("block_count":24,"embedding_length":896,"attention.head_count":14,"attention.head_count_kv":2)", 384},
    {"qwen 3 0.6b", "qwen3",
     R"("block_count":28,"embedding_length":1024,"attention.head_count":16,"attention.head_count_kv":8,
        "attention.key_length":128,"attention.value_length":128)",
     3584},
    {"phi 4", "phi3",
     R"("block_count":40,"embedding_length":5120,"attention.head_count":40,"attention.head_count_kv":10)",
     6400},
    {"mistral 7b v0.1, its window ignored", "llama",
     R"("block_count":32,"embedding_length":4096,"attention.head_count":32,"attention.head_count_kv":8,
        "attention.sliding_window":4096)",
     4096},
    {"gemma 3 27b", "gemma3",
     R"("block_count":62,"embedding_length":5376,"attention.head_count":32,"attention.head_count_kv":16,
        "attention.key_length":128,"attention.value_length":128,"attention.sliding_window":1024)",
     3184},
    {"gemma 3 1b", "gemma3",
     R"("block_count":26,"embedding_length":1152,"attention.head_count":4,"attention.head_count_kv":1,
        "attention.key_length":256,"attention.value_length":256,"attention.sliding_window":512)",
     150},
    {"gemma 3n e2b", "gemma3n",
     R"("block_count":30,"embedding_length":2048,"attention.head_count":8,"attention.head_count_kv":2,
        "attention.key_length":256,"attention.value_length":256,"attention.sliding_window":512)",
     288},
    {"gpt-oss 120b", "gpt-oss",
     R"("block_count":36,"embedding_length":2880,"attention.head_count":64,"attention.head_count_kv":8,
        "attention.key_length":64,"attention.value_length":64,"attention.sliding_window":128)",
     1179},
    {"exaone 4 1.2b does not slide", "exaone4",
     R"("block_count":30,"embedding_length":2048,"attention.head_count":32,"attention.head_count_kv":8,
        "attention.key_length":64,"attention.value_length":64,"attention.sliding_window":4096)",
     1920},
    {"deepseek v3", "deepseek2",
     R"("block_count":61,"embedding_length":7168,"attention.head_count":128,"attention.head_count_kv":1,
        "attention.key_length":576,"attention.value_length":512,"attention.key_length_mla":192,
        "attention.value_length_mla":128,"attention.kv_lora_rank":512)",
     2196},
    {"devstral 2 123b", "mistral3",
     R"("block_count":88,"embedding_length":12288,"attention.head_count":96,"attention.head_count_kv":8,
        "attention.key_length":128,"attention.value_length":128)",
     11264},
    {"qwen 3.5 27b with its MTP block", "qwen35",
     R"("block_count":65,"embedding_length":5120,"attention.head_count":24,"attention.head_count_kv":4,
        "attention.key_length":256,"attention.value_length":256,"ssm.conv_kernel":4,"ssm.inner_size":6144,
        "ssm.state_size":128,"ssm.time_step_rank":48,"ssm.group_count":16,"nextn_predict_layers":1)",
     2197.6},
};

ModelArch arch_of(const Shape& shape) {
  const Json keys = Json::parse(std::string("{") + shape.keys + "}");
  Json metadata = {{"general.architecture", shape.architecture}};
  for (const auto& [key, value] : keys.items()) metadata[std::string(shape.architecture) + "." + key] = value;
  return arch_of_metadata(metadata.dump());
}

}  // namespace

TEST_CASE("published shapes take what llama.cpp allocates for them") {
  for (const Shape& shape : kShapes) {
    CAPTURE(shape.name);
    const ModelArch arch = arch_of(shape);
    CAPTURE(arch.unknown_reason);
    REQUIRE(arch.known());
    const auto got =
        memory::footprint(arch, 32768, {.flash_attention = FlashAttention::on, .num_batch = 512});
    REQUIRE(got);
    const double mib =
        static_cast<double>(*got->kv_bytes + *got->kv_swa_bytes + *got->kv_indexer_bytes + *got->rs_bytes) /
        1048576.0;
    CHECK(std::abs(mib - shape.mib) < 0.051);
  }
}

TEST_CASE("gemma 3 27b: window caches by batch, slots and sharing") {
  const ModelArch arch = arch_of(kShapes[6]);
  const struct {
    i64 total_ctx;
    RuntimeSettings settings;
    Bytes kv, window;
  } rows[] = {
      {131072, {.num_batch = 2048}, 10'737'418'240, 1'308'622'848},
      {16384, {.parallel = 4, .num_batch = 512}, 1'342'177'280, 2'617'245'696},
      {16384, {.parallel = 4, .num_batch = 512, .unified = true}, 1'342'177'280, 1'962'934'272},
  };
  for (const auto& row : rows) {
    CAPTURE(row.window);
    const auto got = memory::footprint_of_total(arch, row.total_ctx, row.settings);
    REQUIRE(got);
    CHECK(got->kv_bytes == row.kv);
    CHECK(got->kv_swa_bytes == row.window);
  }
}

TEST_CASE("a multi-token-prediction tail of nemotron 3 is cached") {
  Json metadata;
  for (const std::string& file : fixture_files()) {
    const Json models = Json::parse(*read_file(file)).at("models");
    if (models.contains("nemotron3-nano-30b-a3b")) metadata = models.at("nemotron3-nano-30b-a3b");
  }
  REQUIRE(!metadata.is_null());
  const auto kv = [](const Json& keys) {
    const auto got = memory::footprint(arch_of_metadata(keys.dump()), 32768, {});
    REQUIRE(got);
    return got->kv_bytes.value_or(-1);
  };
  const Bytes without = kv(metadata);
  metadata["nemotron_h_moe.block_count"] = 53;
  metadata["nemotron_h_moe.nextn_predict_layers"] = 1;
  metadata["nemotron_h_moe.attention.head_count_kv"].push_back(2);
  metadata["nemotron_h_moe.feed_forward_length"].push_back(1856);
  CHECK(kv(metadata) == without + (32LL << 20));  // 2 heads of 128 + 128
}
