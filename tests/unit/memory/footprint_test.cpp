#include <doctest/doctest.h>

#include <algorithm>
#include <limits>

#include "reference.hpp"

using namespace ctxcap;

namespace {

// Devstral Small 2: 40 layers, 8 KV heads of 128.
ModelArch devstral() {
  const auto text = read_file(CTXCAP_ROOT "/fixtures/show/devstral-small-2.json");
  REQUIRE(text);
  const auto description = model::describe(*text, "devstral-small-2");
  REQUIRE(description);
  return model::architecture_of(*description);
}

// A model whose only dimensions are those of its cache.
ModelArch shape(i64 layers, i64 k_width, i64 v_width, i64 head) {
  ModelArch arch{.architecture = "test", .family = "test"};
  arch.layers.assign(
      static_cast<std::size_t>(layers),
      Layer{.kind = LayerKind::full, .k_width = k_width, .v_width = v_width, .head_k = head, .head_v = head});
  arch.widest_v = v_width;
  return arch;
}

}  // namespace

TEST_CASE("the source article: 163,840 bytes per token, and four windows") {
  const ModelArch arch = devstral();
  const struct {
    Tokens num_ctx;
    Bytes kv;
  } rows[] = {{40960, 6'710'886'400}, {16384, 2'684'354'560}, {8192, 1'342'177'280}, {4096, 671'088'640}};
  for (const auto& row : rows) {
    CAPTURE(row.num_ctx);
    const auto got = memory::footprint(arch, row.num_ctx, {});
    REQUIRE(got);
    CHECK(got->kv_bytes == row.kv);
    CHECK(*got->kv_bytes / row.num_ctx == 163'840);
    CHECK(got->kv_swa_bytes == 0);
    CHECK(got->rs_bytes == 0);
  }
}

TEST_CASE("windows are padded to 256 tokens per slot") {
  const ModelArch arch = shape(1, 128, 128, 64);
  const struct {
    Tokens num_ctx;
    i64 parallel;
    Tokens padded;
    Bytes kv;  // 512 bytes per token and slot
  } rows[] = {
      {1, 1, 256, 131'072},       {256, 1, 256, 131'072},     {257, 1, 512, 262'144},
      {5000, 1, 5120, 2'621'440}, {4096, 4, 4096, 8'388'608}, {3333, 3, 3584, 5'505'024},
  };
  for (const auto& row : rows) {
    CAPTURE(row.num_ctx);
    const auto got = memory::footprint(arch, row.num_ctx, {.parallel = row.parallel});
    REQUIRE(got);
    CHECK(got->num_ctx == row.num_ctx);
    CHECK(got->padded_ctx == row.padded);
    CHECK(got->kv_bytes == row.kv);
  }
}

TEST_CASE("one cache shared by all slots holds as much as theirs together") {
  const auto got = memory::footprint(shape(1, 128, 128, 64), 1000, {.parallel = 4, .unified = true});
  REQUIRE(got);
  CHECK(got->padded_ctx == 4096);
  CHECK(got->kv_bytes == 4096 * 512);
}

TEST_CASE("the batch follows the window, as Ollama sets it") {
  ModelArch arch = shape(1, 128, 128, 64);
  const auto batch = [&](Tokens num_ctx, const RuntimeSettings& settings) {
    const auto got = memory::footprint(arch, num_ctx, settings);
    return got ? got->num_batch : -1;
  };
  CHECK(batch(4096, {}) == 512);
  CHECK(batch(4097, {}) == 1024);
  CHECK(batch(32768, {}) == 1024);
  CHECK(batch(32769, {}) == 2048);
  CHECK(batch(4096, {.parallel = 2}) == 1024);
  CHECK(batch(256, {}) == 256);  // never more than the window
  CHECK(batch(65536, {.num_batch = 64}) == 64);
  CHECK(batch(65536, {.flash_attention = FlashAttention::off}) == 512);
  CHECK(batch(65536, {.flash_attention = FlashAttention::off, .backend = "cpu"}) == 2048);
  arch.completion = false;
  CHECK(batch(8192, {}) == 2048);
  CHECK(batch(1024, {}) == 1024);
}

TEST_CASE("on a card that fills up the batch steps down, by Ollama's own rough prediction") {
  // Devstral at 40,960: 15.2 GB of file and 8.4 GB of cache, as Ollama reckons it.
  const ModelArch arch = devstral();
  const auto batch = [&](Bytes free) {
    return memory::footprint(arch, 40960, {.free_vram = free})->num_batch;
  };
  CHECK(batch(80'000'000'000) == 2048);
  CHECK(batch(35'000'000'000) == 1024);
  CHECK(batch(24LL << 30) == 512);
}

TEST_CASE("every cache type has llama.cpp's size") {
  // 32 elements of K and of V in one layer of 256 tokens.
  const ModelArch arch = shape(1, 32, 32, 32);
  const struct {
    const char* type;
    Bytes block;  // bytes of 32 elements
  } rows[] = {{"f32", 128}, {"f16", 64},  {"bf16", 64}, {"q8_0", 34},  {"q5_1", 24},
              {"q5_0", 22}, {"q4_1", 20}, {"q4_0", 18}, {"iq4_nl", 18}};
  for (const auto& row : rows) {
    CAPTURE(row.type);
    const auto got =
        memory::footprint(arch, 256, {.kv_type_k = row.type, .kv_type_v = row.type, .backend = "cpu"});
    REQUIRE(got);
    CHECK(got->kv_bytes == 2 * 256 * row.block);
  }
  CHECK(memory::kv_type_names().size() == std::size(rows));
}

TEST_CASE("what llama.cpp refuses is refused with its reason") {
  const ModelArch wide = shape(1, 160, 160, 80);
  const ModelArch narrow = shape(1, 16, 16, 16);
  ModelArch latent = shape(1, 576, 0, 576);
  latent.layers[0].kind = LayerKind::latent;
  const struct {
    const ModelArch& arch;
    RuntimeSettings settings;
    const char* why;
  } rows[] = {
      {wide,
       {.kv_type_v = "q8_0", .flash_attention = FlashAttention::off},
       "V cache quantization requires flash_attn"},
      {wide, {.kv_type_k = "q8_0"}, "K cache type q8_0 with block size 32 does not divide n_embd_head_k=80"},
      {wide, {.kv_type_v = "q4_0"}, "V cache type q4_0 with block size 32 does not divide n_embd_head_v=80"},
      {narrow,
       {.kv_type_k = "q8_0", .flash_attention = FlashAttention::off},
       "K cache type q8_0 with block size 32 does not divide n_embd_k_gqa=16"},
      {latent,
       {.kv_type_k = "q8_0", .flash_attention = FlashAttention::off},
       "model does not support different K (q8_0) and V (f16) cache types"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.why);
    const auto got = memory::footprint(row.arch, 4096, row.settings);
    REQUIRE(!got);
    CHECK(got.error().why == row.why);
    CHECK(!got.error().hint.empty());
  }
  // The same K without flash attention is fine: only whole rows must be blocks.
  CHECK(memory::footprint(wide, 4096, {.kv_type_k = "q8_0", .flash_attention = FlashAttention::off}));
}

TEST_CASE("settings that no server takes are usage errors") {
  const ModelArch arch = shape(1, 128, 128, 64);
  const auto kind = [&](Tokens num_ctx, const RuntimeSettings& settings) {
    const auto got = memory::footprint(arch, num_ctx, settings);
    return got ? std::optional<ErrorKind>() : got.error().kind;
  };
  CHECK(kind(0, {}) == ErrorKind::usage);
  CHECK(kind(-4096, {}) == ErrorKind::usage);
  CHECK(kind(1LL << 40, {}) == ErrorKind::usage);
  CHECK(kind(4096, {.parallel = 0}) == ErrorKind::usage);
  CHECK(kind(4096, {.parallel = 257}) == ErrorKind::usage);
  CHECK(kind(4096, {.kv_type_k = "q3_k"}) == ErrorKind::usage);
  CHECK(kind(4096, {.num_batch = 0}) == ErrorKind::usage);
  CHECK(kind(4096, {.backend = "abacus"}) == ErrorKind::usage);
  CHECK(kind(std::numeric_limits<i64>::max(), {.parallel = 2}).has_value());
}

TEST_CASE("a size beyond 64 bits is an error, not a number") {
  const ModelArch arch = shape(512, 1LL << 31, 1LL << 31, 64);
  CHECK(memory::footprint(arch, 1024, {}));
  const auto got = memory::footprint(arch, 1LL << 31, {});
  REQUIRE(!got);
  CHECK(got.error().why.find("64 bits") != std::string::npos);
}

TEST_CASE("an architecture that is not known gets no number") {
  ModelArch arch{.architecture = "novel", .unknown_reason = "the architecture 'novel' is not known"};
  const auto got = memory::footprint(arch, 8192, {});
  REQUIRE(got);
  CHECK(got->padded_ctx == 8192);
  CHECK(!got->kv_bytes);
  CHECK(!got->kv_swa_bytes);
  CHECK(!got->rs_bytes);
  CHECK(!got->total_bytes);
}

TEST_CASE("Ollama raises and clamps windows") {
  ModelArch arch{.max_ctx = 65536};
  CHECK(memory::effective_ctx(arch, 0) == 4);
  CHECK(memory::effective_ctx(arch, 100'000) == 65536);
  CHECK(memory::effective_ctx(arch, 5000) == 5000);
  arch.vision = true;
  CHECK(memory::effective_ctx(arch, 512) == 2048);
}

TEST_CASE("a sliding-window layer keeps the window and one batch, per slot") {
  ModelArch arch = shape(1, 64, 64, 64);
  arch.layers[0].kind = LayerKind::window;
  arch.layers[0].window = 1000;
  const struct {
    Tokens num_ctx;
    RuntimeSettings settings;
    Tokens cells;  // over all slots
  } rows[] = {
      {8192, {.num_batch = 512}, 1536},                                  // 1512 padded
      {8192, {.num_batch = 1024}, 2048},                                 // the batch counts, not 512
      {1024, {.num_batch = 512}, 1024},                                  // never more than the window
      {8192, {.parallel = 4, .num_batch = 512}, 4 * 1536},               // each slot pays
      {8192, {.parallel = 4, .num_batch = 512, .unified = true}, 4608},  // 4 windows, one batch: 4512 padded
      {8192, {.num_batch = 512, .full_window_cache = true}, 8192},
  };
  for (const auto& row : rows) {
    CAPTURE(row.num_ctx);
    CAPTURE(row.cells);
    const auto got = memory::footprint(arch, row.num_ctx, row.settings);
    REQUIRE(got);
    CHECK(got->kv_bytes == 0);
    CHECK(got->kv_swa_bytes == row.cells * 256);
  }
}

TEST_CASE("without flash attention every V row is as wide as the widest") {
  ModelArch arch = shape(2, 64, 64, 64);
  arch.layers[1] = {.kind = LayerKind::full};  // an attention layer without heads
  arch.widest_v = 128;
  const auto off = memory::footprint(arch, 256, {.flash_attention = FlashAttention::off});
  const auto on = memory::footprint(arch, 256, {.flash_attention = FlashAttention::on});
  REQUIRE((on && off));
  CHECK(on->kv_bytes == 256 * (64 + 64) * 2);
  CHECK(off->kv_bytes == 256 * (64 + 128 + 128) * 2);
}

TEST_CASE("recurrent state is F32, per slot, whatever the window and the cache type") {
  ModelArch arch = shape(1, 0, 0, 0);
  arch.layers[0] = {.kind = LayerKind::recurrent, .state = {100, 1000}};
  for (const Tokens num_ctx : {256, 65536}) {
    const auto got =
        memory::footprint(arch, num_ctx, {.parallel = 3, .kv_type_k = "q8_0", .kv_type_v = "q8_0"});
    REQUIRE(got);
    CHECK(got->rs_bytes == 1280 + 12032);  // 1200 and 12000 bytes, each to the next 128
    CHECK(got->kv_bytes == 0);
  }
  const auto drafting = [&] {
    return memory::footprint(arch, 256, {.backend = "cpu", .draft_tokens = 4})->rs_bytes;
  };
  CHECK(drafting() == 416 + 4000);
  arch.state_per_draft = true;
  CHECK(drafting() == 2016 + 20000);  // five times, to the next 32
}

TEST_CASE("sparse attention keeps more rows beside its own") {
  ModelArch arch = shape(1, 64, 64, 64);
  arch.layers[0].side = {{.k_width = 32}, {.k_width = 16, .v_width = 16, .tokens_per_row = 128}};
  auto got = memory::footprint(arch, 65536, {});
  REQUIRE(got);
  CHECK(got->kv_bytes == 65536 * 256);
  CHECK(got->kv_indexer_bytes == 65536 * 64 + 512 * 64);
  got = memory::footprint(arch, 1024, {});  // 8 compressed rows are 256
  REQUIRE(got);
  CHECK(got->kv_indexer_bytes == 1024 * 64 + 256 * 64);
  arch.one_sum = true;
  got = memory::footprint(arch, 1024, {});
  REQUIRE(got);
  CHECK(got->kv_bytes == 1024 * 256 + 1024 * 64 + 256 * 64);
  CHECK(got->kv_indexer_bytes == 0);
}

TEST_CASE("a model of one stream is refused with several, not with one shared cache") {
  ModelArch arch = shape(1, 64, 64, 64);
  arch.one_stream = true;
  CHECK(memory::footprint(arch, 1024, {}));
  CHECK(memory::footprint(arch, 1024, {.parallel = 4, .unified = true}));
  CHECK(!memory::footprint(arch, 1024, {.parallel = 4}));
}

TEST_CASE("the total is the sum of its terms, and lies in its interval") {
  const ModelArch arch = devstral();
  for (const RuntimeSettings& settings : {RuntimeSettings{}, RuntimeSettings{.backend = "cpu"},
                                          RuntimeSettings{.kv_type_k = "q8_0", .kv_type_v = "q8_0"}}) {
    CAPTURE(settings.backend);
    const auto got = memory::footprint(arch, 8192, settings);
    REQUIRE(got);
    REQUIRE(got->total_bytes);
    CHECK(*got->total_bytes == *got->kv_bytes + *got->kv_swa_bytes + *got->kv_indexer_bytes + *got->rs_bytes +
                                   *got->draft_bytes + *got->compute_bytes + *got->weights_bytes +
                                   *got->projector_bytes + *got->overhead_bytes);
    CHECK(*got->total_low_bytes < *got->total_bytes);
    CHECK(*got->total_high_bytes > *got->total_bytes);
    CHECK(*got->compute_low_bytes < *got->compute_bytes);
    CHECK(*got->compute_high_bytes > *got->compute_bytes);
    CHECK(got->caches_exact);
    CHECK(got->weights_exact);
    CHECK(got->overhead_exact == (settings.backend == "cpu"));
    CHECK(*got->projector_bytes == 878'018'560);
    // Input embeddings stay on the CPU.
    CHECK(*got->weights_bytes ==
          15'204'044'800 - 878'018'560 - (settings.backend == "cpu" ? 0 : 377'487'360));
  }
}

TEST_CASE("a measured overhead takes the place of the estimate") {
  const auto got = memory::footprint(devstral(), 8192, {.overhead = 123'456'789});
  REQUIRE(got);
  CHECK(got->overhead_bytes == 123'456'789);
  CHECK(got->overhead_exact);
}

TEST_CASE("without weights there is no total, with guessed layers no exact cache") {
  ModelArch arch = shape(2, 128, 128, 64);
  arch.compute = {.embedding = 512, .heads = 8, .query = 512, .output = 512, .feed_forward = 4096};
  auto got = memory::footprint(arch, 4096, {});
  REQUIRE(got);
  CHECK(got->compute_bytes);
  CHECK(!got->total_bytes);
  arch.weights = Weights{.stored = 1'000'000, .error = 1000};
  arch.guess = true;
  got = memory::footprint(arch, 4096, {});
  REQUIRE(got);
  CHECK(got->total_bytes);
  CHECK(!got->caches_exact);
  CHECK(!got->weights_exact);
}

TEST_CASE("flash attention that CUDA cannot run is turned off where it is automatic, unless V is quantised") {
  ModelArch arch = shape(1, 40 * 96, 40 * 64, 96);  // heads of MiniCPM 3
  arch.layers[0].head_v = 64;
  arch.compute.heads = 40;
  const auto used = [&](const RuntimeSettings& settings) {
    const auto got = memory::footprint(arch, 4096, settings);
    REQUIRE(got);
    return got->flash_attention;
  };
  CHECK(!used({}));
  CHECK(used({.flash_attention = FlashAttention::on}));
  CHECK(used({.backend = "cpu"}));
  CHECK(used({.kv_type_k = "q8_0", .kv_type_v = "q8_0"}));
  arch = shape(1, 1024, 1024, 128);
  arch.compute.heads = 32;
  CHECK(used({}));
  CHECK(!used({.flash_attention = FlashAttention::off}));
}

TEST_CASE("drafting adds plain f16 rows of the blocks behind the trunk") {
  // Qwen 3.5 with one multi-token-prediction block: 4 KV heads of 256.
  const ModelArch arch = arch_of_metadata(R"({"general.architecture":"qwen35","qwen35.block_count":33,
    "qwen35.context_length":262144,"qwen35.embedding_length":2560,"qwen35.attention.head_count":16,
    "qwen35.attention.head_count_kv":4,"qwen35.attention.key_length":256,"qwen35.attention.value_length":256,
    "qwen35.feed_forward_length":9216,"qwen35.nextn_predict_layers":1,"qwen35.ssm.conv_kernel":4,
    "qwen35.ssm.inner_size":4096,"qwen35.ssm.state_size":128,"qwen35.ssm.group_count":16})");
  REQUIRE(arch.known());
  const auto plain = memory::footprint(arch, 8192, {.kv_type_k = "q8_0", .kv_type_v = "q8_0"});
  const auto drafting =
      memory::footprint(arch, 8192, {.kv_type_k = "q8_0", .kv_type_v = "q8_0", .draft_tokens = 4});
  REQUIRE((plain && drafting));
  CHECK(plain->draft_bytes == 0);
  CHECK(drafting->draft_bytes == 33'554'432);  // as measured
  CHECK(drafting->kv_bytes == plain->kv_bytes);
  CHECK(*drafting->rs_bytes == 5 * *plain->rs_bytes);
}
