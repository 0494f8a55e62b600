// GGUF heads made of saved answers of /api/show tell the same as those answers; cut ones say where they end.

#include <doctest/doctest.h>

#include <fstream>

#include "base/json.hpp"
#include "model/model.hpp"

using namespace ctxcap;

namespace {

using GgufJson = nlohmann::json;

constexpr std::uint32_t kU32 = 4, kF32 = 6, kBool = 7, kText = 8, kList = 9, kI64 = 11;

std::string saved_show(const std::string& name) {
  std::ifstream file(std::string(CTXCAP_ROOT) + "/fixtures/show/" + name, std::ios::binary);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

template <typename T>
void put(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(T));
}
void put_text(std::string& out, const std::string& text) {
  put(out, std::uint64_t{text.size()});
  out += text;
}

void put_value(std::string& out, const GgufJson& value) {
  if (value.is_boolean()) {
    put(out, kBool);
    put(out, static_cast<std::uint8_t>(value.get<bool>()));
  } else if (value.is_number_integer()) {
    const auto number = value.get<i64>();
    const bool small = number >= 0 && number < (i64{1} << 32);
    put(out, small ? kU32 : kI64);
    small ? put(out, static_cast<std::uint32_t>(number)) : put(out, number);
  } else if (value.is_number()) {
    put(out, kF32);
    put(out, value.get<float>());
  } else if (value.is_string()) {
    put(out, kText);
    put_text(out, value);
  } else {
    put(out, kList);
    const bool texts = value.is_array() && !value.empty() && value[0].is_string();
    put(out, texts ? kText : kI64);
    put(out, std::uint64_t{value.size()});
    for (const GgufJson& one : value) texts ? put_text(out, one) : put(out, one.get<i64>());
  }
}

std::uint32_t tensor_type(const std::string& name) {
  const std::pair<const char*, std::uint32_t> kTypes[] = {
      {"F32", 0}, {"F16", 1}, {"Q8_0", 8}, {"Q4_K", 12}, {"Q5_K", 13}, {"Q6_K", 14}, {"BF16", 30}};
  for (const auto& [type, number] : kTypes) {
    if (name == type) return number;
  }
  return 999;
}

// `info` without what a short answer withholds.
std::string gguf_of(const GgufJson& show) {
  GgufJson info = show["model_info"];
  for (auto it = info.begin(); it != info.end();) it = it->is_null() ? info.erase(it) : std::next(it);
  std::string out = "GGUF";
  put(out, std::uint32_t{3});
  put(out, std::uint64_t{show["tensors"].size()});
  put(out, std::uint64_t{info.size() + 1});
  put_text(out, "tokenizer.ggml.tokens");
  put_value(out, GgufJson::array({"<s>", "a", "b"}));
  for (const auto& [key, value] : info.items()) {
    put_text(out, key);
    put_value(out, value);
  }
  for (const GgufJson& tensor : show["tensors"]) {
    put_text(out, tensor["name"]);
    put(out, static_cast<std::uint32_t>(tensor["shape"].size()));
    for (const GgufJson& extent : tensor["shape"]) put(out, extent.get<std::uint64_t>());
    put(out, tensor_type(tensor["type"]));
    put(out, std::uint64_t{0});
  }
  return out;
}

}  // namespace

TEST_CASE("gguf: the head tells what /api/show tells") {
  for (const char* name : {"devstral-small-2.json", "gemma3_4b.json", "lfm2_1.2b.json"}) {
    CAPTURE(name);
    const GgufJson show = GgufJson::parse(saved_show(name));
    const auto told = model::describe(show.dump(), "m");
    GgufJson whole = show;  // a file withholds nothing
    GgufJson& heads = whole["model_info"]["lfm2.attention.head_count_kv"];
    if (std::string(name).starts_with("lfm2")) {
      heads = {0, 0, 8, 0, 0, 8, 0, 0, 8, 0, 8, 0, 8, 0, 8, 0};
    } else {
      whole["model_info"].erase("lfm2.attention.head_count_kv");
    }
    const auto part = model::describe_gguf(gguf_of(whole), "m");
    REQUIRE(told);
    REQUIRE_MESSAGE(part, (part ? "" : part.error().why));
    CHECK(part->parts == 1);
    CHECK(part->tensors == static_cast<i64>(show["tensors"].size()));
    const ModelArch from_show = model::architecture_of(*told),
                    from_file = model::architecture_of(part->description);
    CHECK(from_file.known());
    CHECK(from_file.family == from_show.family);
    CHECK(from_file.layers == from_show.layers);
    CHECK(from_file.max_ctx == from_show.max_ctx);
    CHECK(from_file.native_ctx == from_show.native_ctx);
    CHECK(from_file.compute == from_show.compute);
    REQUIRE(from_file.weights);
    CHECK(from_file.weights->stored == from_show.weights->stored);
    CHECK(from_file.weights->blocks == from_show.weights->blocks);
  }
}

TEST_CASE("gguf: a head that is cut anywhere says so, and nothing else does harm") {
  const std::string whole = gguf_of(GgufJson::parse(saved_show("lfm2_1.2b.json")));
  for (std::size_t size = 0; size < whole.size(); size += 1 + size / 64) {
    CAPTURE(size);
    const auto part = model::describe_gguf(whole.substr(0, size), "m");
    REQUIRE(!part);
    CHECK(!part.error().why.empty());
  }
  std::string of_others = whole;
  of_others[4] = 0;
  of_others[7] = 3;
  REQUIRE(!model::describe_gguf(of_others, "m"));
  CHECK(model::describe_gguf(of_others, "m").error().why.find("byte order") != std::string::npos);
  std::string many = whole;
  many[15] = 0x7f;
  REQUIRE(!model::describe_gguf(many, "m"));
  CHECK(model::describe_gguf(many, "m").error().why.find("claims to hold") != std::string::npos);
}
