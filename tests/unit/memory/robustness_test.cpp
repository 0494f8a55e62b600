// Whatever a file says: a figure or a named refusal, never a crash, an overflow or a silent zero.

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <set>

#include "base/json.hpp"
#include "reference.hpp"

using namespace ctxcap;
using Json = nlohmann::json;

namespace {

// What a key may be replaced by. The first stands for "missing".
std::vector<Json> replacements() {
  return {Json(),
          nullptr,
          Json::array(),
          -1,
          0,
          1,
          3,
          255,
          1LL << 24,
          1LL << 31,
          1LL << 62,
          std::numeric_limits<std::uint64_t>::max(),
          1e300,
          0.5,
          "text",
          true,
          Json::array({1}),
          Json::array({-5, 7}),
          Json::array({1LL << 62, 1LL << 62})};
}

void check_all_windows(const ModelArch& arch) {
  for (const Tokens num_ctx : {1LL, 4096LL, 1LL << 31}) {
    for (const char* type : {"f16", "q8_0"}) {
      for (const FlashAttention flash : {FlashAttention::automatic, FlashAttention::off}) {
        const auto got = memory::footprint(
            arch, num_ctx, {.parallel = 2, .kv_type_k = type, .kv_type_v = type, .flash_attention = flash});
        if (!got) {
          CHECK(!got.error().what.empty());
          CHECK(!got.error().why.empty());
          CHECK(!got.error().hint.empty());
          continue;
        }
        CHECK(got->kv_bytes.has_value() == arch.known());
        for (const auto& term : {got->kv_bytes, got->kv_swa_bytes, got->kv_indexer_bytes, got->rs_bytes,
                                 got->compute_bytes, got->compute_low_bytes, got->compute_high_bytes}) {
          CHECK(term.value_or(0) >= 0);
        }
      }
    }
  }
}

// Counts what becomes of one model when one key is missing or something else. All windows are looked at once for each
// architecture that comes out, and once for each reason of those that nobody can reckon with.
struct Replaced {
  int known = 0, unknown = 0;
  std::set<std::string> refused;

  void key(const std::string& id, const ModelArch& own, const Json& metadata, const std::string& name) {
    // All others as text once: writing them anew for each value takes longer than reading them.
    Json without = metadata;
    without.erase(name);
    const std::string others = without.dump();
    std::vector<ModelArch> seen = {own};
    const std::vector<Json> values = replacements();
    for (std::size_t i = 0; i < values.size(); ++i) {
      CAPTURE(i);
      const ModelArch arch = arch_of_metadata(
          i == 0 ? others : "{" + Json(name).dump() + ":" + values[i].dump() + "," + others.substr(1));
      CHECK(arch.known() == arch.unknown_reason.empty());
      ++(arch.known() ? known : unknown);
      if (std::find(seen.begin(), seen.end(), arch) != seen.end()) continue;
      if (arch.known() || refused.insert(id + arch.unknown_reason).second) check_all_windows(arch);
      seen.push_back(arch);
    }
  }
};

}  // namespace

TEST_CASE("any one key of any shape may be anything") {
  Replaced replaced;
  std::set<std::string> done;  // architecture, keys, and what kind of value each has: sizes of one shape are alike
  for (const std::string& file : fixture_files()) {
    const Json fixture = Json::parse(*read_file(file));
    for (const auto& model : fixture.at("models").items()) {
      const auto& id = model.key();
      const auto& metadata = model.value();
      CAPTURE(id);
      const ModelArch own = arch_of_metadata(metadata.dump());
      check_all_windows(own);
      auto shape = metadata.at("general.architecture").get<std::string>();
      for (const auto& member : metadata.items()) shape += ' ' + member.key() + ' ' + member.value().type_name();
      if (!done.insert(shape).second) continue;
      for (const auto& member : metadata.items()) {
        const std::string& key = member.key();
        if (key == "general.architecture") continue;
        CAPTURE(key);
        replaced.key(id, own, metadata, key);
      }
    }
  }
  CHECK(replaced.known > 1000);
  CHECK(replaced.unknown > 1000);
}

TEST_CASE("zero heads cache nothing, and say so by zeros that are known") {
  const ModelArch arch = arch_of_metadata(R"({"general.architecture":"llama","llama.block_count":2,
    "llama.context_length":4096,"llama.embedding_length":64,"llama.attention.head_count":0})");
  REQUIRE(arch.known());
  const auto got = memory::footprint(arch, 4096, {});
  REQUIRE(got);
  CHECK(got->kv_bytes == 0);
}
