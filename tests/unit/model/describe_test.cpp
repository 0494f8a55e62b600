#include <doctest/doctest.h>

#include <string>

#include "model/model.hpp"

using namespace ctxcap;

namespace {

std::string repeated(const std::string& text, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

// A llama with one more key, or with another value of a key.
ModelArch llama_with(const std::string& key, const std::string& json) {
  std::string info = R"({"general.architecture":"llama","llama.block_count":2,"llama.embedding_length":64)";
  for (const auto& [name, value] : {std::pair<std::string, std::string>{"llama.context_length", "8192"},
                                    {"llama.attention.head_count", "4"},
                                    {"llama.attention.head_count_kv", "2"}}) {
    if (name != key) info += ",\"" + name + "\":" + value;
  }
  if (!json.empty()) info += ",\"" + key + "\":" + json;
  const auto description = model::describe("{\"model_info\":" + info + "}}", "test");
  REQUIRE(description);
  return model::architecture_of(*description);
}

}  // namespace

TEST_CASE("an answer that is none is a named error, with a hint") {
  const struct {
    std::string body;
    const char* why;
  } rows[] = {
      {"", "it is not JSON"},
      {"<html>", "it is not JSON"},
      {"{\"model_info\":{", "it is not JSON"},
      {"[]", "it is JSON, but array, not an object"},
      {"null", "it is JSON, but null, not an object"},
      {"{}", "it has no `model_info`, so it is not an answer of /api/show"},
      {R"({"model_info":[]})", "it has no `model_info`, so it is not an answer of /api/show"},
      {R"({"error":"model 'nope:latest' not found"})", "the server answered: model 'nope:latest' not found"},
      {repeated("[", 1'000'000), "the JSON is nested deeper than 64 levels"},
      {repeated("{\"a\":", 100'000), "the JSON is nested deeper than 64 levels"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.body.substr(0, 40));
    const auto got = model::describe(row.body, "nope");
    REQUIRE(!got);
    CHECK(got.error().why == row.why);
    CHECK(got.error().what == "cannot read the description of 'nope'");
    CHECK(!got.error().hint.empty());
  }
}

TEST_CASE("brackets inside strings are not nesting") {
  CHECK(model::describe(R"({"license":")" + repeated("[{\\\"", 1000) + R"(","model_info":{}})", "m"));
}

TEST_CASE("metadata keeps what it says: withheld is not zero") {
  const auto got = model::describe(R"({"model_info":{
    "general.architecture":"llama", "a":null, "b":[], "c":[1,2], "d":[true,false], "e":1.5, "f":"x", "g":true,
    "h":1e6, "i":18446744073709551615, "j":["en"], "k":[0.5], "l":{"m":1}, "n":-3}})",
                                   "m");
  REQUIRE(got);
  const auto& meta = got->metadata;
  CHECK(got->architecture == "llama");
  CHECK(meta.at("a") == MetaValue{});
  CHECK(meta.at("b") == MetaValue{});
  CHECK(meta.at("c") == MetaValue{std::vector<i64>{1, 2}});
  CHECK(meta.at("d") == MetaValue{std::vector<i64>{1, 0}});
  CHECK(meta.at("e") == MetaValue{1.5});
  CHECK(meta.at("f") == MetaValue{std::string("x")});
  CHECK(meta.at("g") == MetaValue{true});
  CHECK(meta.at("h") == MetaValue{1e6});
  CHECK(meta.at("i") == MetaValue{18446744073709551615.0});
  CHECK(meta.at("n") == MetaValue{i64{-3}});
  for (const char* key : {"j", "k", "l"}) CHECK(!meta.contains(key));
}

TEST_CASE("a cloud stub is told apart, and not sized") {
  const auto got = model::describe(
      R"({"remote_model":"big","remote_host":"https://example.org","model_info":{"general.architecture":"llama"}})",
      "m");
  REQUIRE(got);
  CHECK(got->remote);
  const ModelArch arch = model::architecture_of(*got);
  CHECK(!arch.known());
  CHECK(arch.unknown_reason == "it is a cloud model: its weights are not on this machine");
}

TEST_CASE("the model's own window is its num_ctx parameter; nonsense is noted, not taken") {
  const auto current = [](const std::string& text) {
    const auto got = model::describe(R"({"parameters":"num_ctx   )" + text + R"(","model_info":{}})", "m");
    REQUIRE(got);
    const ModelArch arch = model::architecture_of(*got);
    CHECK(arch.notes.empty() == arch.current_ctx.has_value());
    return arch.current_ctx;
  };
  CHECK(current("4096") == 4096);
  CHECK(current("1.048576e+06") == 1048576);
  CHECK(!current("-1"));
  CHECK(!current("0"));
  CHECK(!current("1e+300"));
  CHECK(!current("\\\"many\\\""));
}

TEST_CASE("values that no model has are named, never counted with") {
  const struct {
    const char* key;
    const char* json;
    const char* reason;
  } rows[] = {
      {"llama.attention.head_count_kv", "-2", "llama.attention.head_count_kv is -2, which no model has"},
      {"llama.attention.head_count_kv", "1e300",
       "llama.attention.head_count_kv is 1e+300, where a whole number up to 2147483648 belongs"},
      {"llama.attention.head_count_kv", "9223372036854775807",
       "llama.attention.head_count_kv is 9223372036854775807, which no model has"},
      {"llama.attention.head_count_kv", "[1,2,3]",
       "llama.attention.head_count_kv has 3 entries for 2 blocks"},
      {"llama.attention.head_count_kv", "\"two\"", "llama.attention.head_count_kv is not a number"},
      {"llama.attention.head_count_kv", "null",
       "llama.attention.head_count_kv was withheld by a description that is not verbose"},
      {"llama.attention.head_count", "", "llama.attention.head_count is missing"},
      {"llama.attention.key_length", "[64,64]",
       "llama.attention.key_length is a list, where one number belongs"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.key);
    CAPTURE(row.json);
    const ModelArch arch = llama_with(row.key, row.json);
    CHECK(!arch.known());
    CHECK(arch.layers.empty());
    CHECK(arch.unknown_reason == row.reason);
    CHECK(arch.max_ctx == 8192);  // what could be read is told all the same
  }
}

TEST_CASE("block counts are bounded as llama.cpp bounds them") {
  for (const char* count : {"0", "-1", "513", "100000000000"}) {
    const auto got = model::describe(
        std::string(R"({"model_info":{"general.architecture":"llama","llama.block_count":)") + count + "}}",
        "m");
    REQUIRE(got);
    const ModelArch arch = model::architecture_of(*got);
    CHECK(!arch.known());
    CHECK(arch.unknown_reason.find("llama.block_count is") == 0);
  }
}

TEST_CASE("a window that is none is unknown, with a note") {
  for (const char* json : {"0", "-8192", "1e30", "null", "\"long\""}) {
    CAPTURE(json);
    const ModelArch arch = llama_with("llama.context_length", json);
    CHECK(!arch.max_ctx);
    CHECK(!arch.native_ctx);
    CHECK(arch.notes.size() == 1);
  }
}

TEST_CASE("an architecture that no family knows gets no layers and a reason") {
  const auto got = model::describe(
      R"({"model_info":{"general.architecture":"novel","novel.block_count":4,"novel.context_length":4096}})",
      "m");
  REQUIRE(got);
  const ModelArch arch = model::architecture_of(*got);
  CHECK(!arch.known());
  CHECK(arch.unknown_reason == "the architecture 'novel' is not known, and embedding_length is missing");
  CHECK(arch.max_ctx == 4096);
}

TEST_CASE("an unknown architecture is guessed only where nothing speaks against plain attention") {
  const std::string keys =
      R"("general.architecture":"novel","novel.block_count":1,"novel.context_length":4096,
    "novel.embedding_length":64,"novel.attention.head_count":4,"novel.attention.head_count_kv":2,
    "novel.attention.key_length":16,"novel.attention.value_length":16,"novel.rope.freq_base":10000)";
  const auto arch = [&](const std::string& more_keys, const std::string& tensors) {
    const auto got =
        model::describe("{\"model_info\":{" + keys + more_keys + "},\"tensors\":[" + tensors + "]}", "m");
    REQUIRE(got);
    return model::architecture_of(*got);
  };
  const std::string k = R"({"name":"blk.0.attn_k.weight","type":"F32","shape":[64,32]})";
  const std::string v = R"({"name":"blk.0.attn_v.weight","type":"F32","shape":[64,32]})";
  for (const ModelArch& good : {arch("", ""), arch("", k + "," + v)}) {
    CHECK(good.known());
    CHECK(good.guess);
    CHECK(good.notes.size() == 1);
    CHECK(good.layers.size() == 1);
  }
  CHECK(!arch(R"(,"novel.attention.sliding_window":512)", "").known());
  CHECK(!arch(R"(,"novel.ssm.state_size":16)", "").known());
  CHECK(!arch(R"(,"novel.mystery":1)", "").known());
  CHECK(!arch("", k).known());
  CHECK(!arch("", k + "," + v + R"(,{"name":"blk.0.ssm_a","type":"F32","shape":[64]})").known());
  CHECK(arch(R"(,"novel.ssm.state_size":16)", "").unknown_reason ==
        "the architecture 'novel' is not known, and ssm.state_size may change what is cached");
}

TEST_CASE("only a withheld list that tensors do not tell needs a verbose answer") {
  const std::string head = R"({"model_info":{"general.architecture":"llama","llama.block_count":1,
    "llama.embedding_length":64,"llama.attention.head_count":4,"llama.attention.head_count_kv":)";
  const auto plain = model::describe(head + "null}}", "m");
  const auto tensors = model::describe(
      head + R"(null},"tensors":[{"name":"blk.0.attn_k.weight","type":"F16","shape":[64,32]}]})", "m");
  const auto fused = model::describe(
      head + R"(null},"tensors":[{"name":"blk.0.attn_qkv.weight","type":"F16","shape":[64,128]},
                                 {"name":"blk.0.attn_output.weight","type":"F16","shape":[64,64]}]})",
      "m");
  const auto odd = model::describe(
      head + R"(null},"tensors":[{"name":"blk.0.attn_k.weight","type":"F16","shape":[64,33]}]})", "m");
  const auto told = model::describe(head + "2}}", "m");
  REQUIRE((plain && tensors && fused && odd && told));
  CHECK(model::needs_verbose(*plain));
  CHECK(model::needs_verbose(*odd));
  CHECK(!model::needs_verbose(*tensors));
  CHECK(!model::needs_verbose(*fused));
  CHECK(!model::needs_verbose(*told));
  CHECK(model::architecture_of(*tensors).layers == model::architecture_of(*told).layers);
  CHECK(model::architecture_of(*fused).layers == model::architecture_of(*told).layers);
}

TEST_CASE("lists of a decilm that were withheld are read from its tensors") {
  const auto arch = [](const std::string& lists, const std::string& tensors) {
    const auto got = model::describe(
        R"({"model_info":{"general.architecture":"deci","deci.block_count":3,"deci.embedding_length":128,
        "deci.attention.key_length":16,"deci.attention.value_length":16,)" +
            lists + "},\"tensors\":[" + tensors + "]}",
        "m");
    REQUIRE(got);
    CHECK(!model::needs_verbose(*got));
    return model::architecture_of(*got);
  };
  const ModelArch told = arch(R"("deci.attention.head_count":[8,0,8],"deci.attention.head_count_kv":[2,0,4],
    "deci.feed_forward_length":[256,512,1024])",
                              "");
  const ModelArch recovered = arch(R"("deci.attention.head_count":null,"deci.attention.head_count_kv":null,
    "deci.feed_forward_length":null)",
                                   R"(
    {"name":"blk.0.attn_q.weight","type":"F16","shape":[128,128]},{"name":"blk.0.attn_k.weight","type":"F16","shape":[128,32]},
    {"name":"blk.0.attn_output.weight","type":"F16","shape":[128,128]},{"name":"blk.0.ffn_down.weight","type":"F16","shape":[256,128]},
    {"name":"blk.1.ffn_down.weight","type":"F16","shape":[512,128]},
    {"name":"blk.2.attn_q.weight","type":"F16","shape":[128,128]},{"name":"blk.2.attn_k.weight","type":"F16","shape":[128,64]},
    {"name":"blk.2.attn_output.weight","type":"F16","shape":[128,128]},{"name":"blk.2.ffn_down.weight","type":"F16","shape":[1024,128]})");
  REQUIRE(told.known());
  CHECK(told.layers[2].k_width == 64);
  CHECK(told.compute.feed_forward == 3 * 512 + 2 * 128 + 128);
  CHECK(recovered.layers == told.layers);
  CHECK(recovered.compute == told.compute);
}

TEST_CASE("which blocks of a gemma 4 slide is read from the length of their norms") {
  const std::string head = R"({"model_info":{"general.architecture":"gemma4","gemma4.block_count":3,
    "gemma4.embedding_length":64,"gemma4.attention.head_count":4,"gemma4.attention.key_length":32,
    "gemma4.attention.value_length":32,"gemma4.attention.key_length_swa":16,"gemma4.attention.value_length_swa":16,
    "gemma4.attention.sliding_window":512,"gemma4.attention.shared_kv_layers":1,)";
  const auto told = model::describe(head + R"("gemma4.attention.head_count_kv":[2,1,2],
    "gemma4.attention.sliding_window_pattern":[true,false,true]}})",
                                    "m");
  const std::string withheld = head + R"("gemma4.attention.head_count_kv":null,
    "gemma4.attention.sliding_window_pattern":null})";
  const auto plain = model::describe(withheld + R"(,"tensors":[
    {"name":"blk.0.attn_k_norm.weight","type":"F32","shape":[16]},{"name":"blk.0.attn_k.weight","type":"F16","shape":[64,32]},
    {"name":"blk.0.attn_q.weight","type":"F16","shape":[64,64]},{"name":"blk.0.attn_output.weight","type":"F16","shape":[64,64]},
    {"name":"blk.1.attn_k_norm.weight","type":"F32","shape":[32]},{"name":"blk.1.attn_k.weight","type":"F16","shape":[64,32]},
    {"name":"blk.1.attn_q.weight","type":"F16","shape":[64,128]},{"name":"blk.1.attn_output.weight","type":"F16","shape":[128,64]},
    {"name":"blk.2.attn_q_norm.weight","type":"F32","shape":[16]},{"name":"blk.2.attn_q.weight","type":"F16","shape":[64,64]},
    {"name":"blk.2.attn_output.weight","type":"F16","shape":[64,64]}]})",
                                     "m");
  const auto bare = model::describe(withheld + "}", "m");
  REQUIRE((told && plain && bare));
  const ModelArch want = model::architecture_of(*told);
  CAPTURE(want.unknown_reason);
  REQUIRE(want.known());
  CHECK(want.layers[0].kind == LayerKind::window);
  CHECK(want.layers[1].kind == LayerKind::full);
  CHECK(want.layers[2].kind == LayerKind::none);
  CHECK(model::architecture_of(*plain).layers == want.layers);
  CHECK(!model::needs_verbose(*plain));
  CHECK(model::needs_verbose(*bare));
}
