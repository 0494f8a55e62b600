// Our figures beside those of other estimators, at one context. Their formulas are written here as they were
// read, faults included, and checked against the figures in fixtures/memory/peers.csv.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <sstream>

#include "base/json.hpp"
#include "reference.hpp"

using namespace ctxcap;
using Json = nlohmann::json;

namespace {

constexpr double kCtx = 32768, kBytes = 2, kMiB = 1024.0 * 1024.0;

class Shape {
 public:
  explicit Shape(const Json& metadata) : metadata_(metadata), prefix_(metadata.at("general.architecture")) {}
  const std::string& architecture() const { return prefix_; }
  bool has(const char* key) const { return metadata_.contains(prefix_ + "." + key); }
  bool is_list(const char* key) const { return has(key) && metadata_.at(prefix_ + "." + key).is_array(); }
  std::vector<double> all(const char* key, double fallback) const {
    if (!has(key)) return {fallback};
    const Json& value = metadata_.at(prefix_ + "." + key);
    return value.is_array() ? value.get<std::vector<double>>() : std::vector<double>{value.get<double>()};
  }
  double first(const char* key, double fallback = 0) const { return all(key, fallback).front(); }
  double most(const char* key) const {
    const auto values = all(key, 0);
    return *std::max_element(values.begin(), values.end());
  }
  double least(const char* key, double fallback) const {
    const auto values = all(key, fallback);
    return *std::min_element(values.begin(), values.end());
  }
  double blocks() const { return first("block_count"); }
  double embedding() const { return first("embedding_length"); }

 private:
  const Json& metadata_;
  std::string prefix_;
};

// Embedding width over heads, whatever the head size; lists count as one KV head per head.
double gollama(const Shape& shape) {
  const double heads = shape.first("attention.head_count");
  const bool lists =
      shape.is_list("attention.head_count") || shape.is_list("attention.head_count_kv") || heads == 0;
  const double share = lists ? 1 : shape.first("attention.head_count_kv", heads) / heads;
  return 2 * kCtx * shape.blocks() * shape.embedding() * kBytes * share;
}

// The same by the least number of KV heads, 0 taken as 1.
double ollama(const Shape& shape) {
  const double heads = shape.most("attention.head_count");
  if (heads == 0) return 0;
  const double kv_heads = std::max(shape.least("attention.head_count_kv", heads), 1.0);
  return 2 * shape.blocks() * kv_heads * std::floor(shape.embedding() / heads) * kCtx * kBytes;
}

// State of every block, also of those that have none.
double gguf_parser_state(const Shape& shape, const ModelArch& arch) {
  const std::map<std::string, bool> kKnown = {{"mamba", true},        {"mamba2", true},    {"rwkv6", true},
                                              {"rwkv7", true},        {"falcon-h1", true}, {"jamba", true},
                                              {"granitehybrid", true}};
  if (!kKnown.contains(shape.architecture())) return 0;
  for (const Layer& layer : arch.layers) {
    double elements = 0;
    for (const i64 part : layer.state) elements += static_cast<double>(part);
    if (elements > 0) return elements * 4 * shape.blocks();
  }
  return 0;
}

// KV heads of the first block for all; four sliding families, with the first block of each period full and
// the logical batch (2048) beside the window; MLA as K and V of its heads.
double gguf_parser(const Shape& shape, const ModelArch& arch) {
  const std::string& name = shape.architecture();
  const bool encoder = std::none_of(arch.layers.begin(), arch.layers.end(),
                                    [](const Layer& layer) { return layer.kind != LayerKind::none; });
  if (encoder || shape.first("pooling_type") > 2) return 0;
  const double heads = shape.first("attention.head_count");
  const double even = heads > 0 ? std::floor(shape.embedding() / heads) : 0;
  const bool mla = shape.has("attention.key_length_mla");
  const double k = shape.first(mla ? "attention.key_length_mla" : "attention.key_length", even);
  const double v = shape.first(mla ? "attention.value_length_mla" : "attention.value_length", even);
  const double row = shape.first("attention.head_count_kv", heads) * (k + v) * kBytes;

  const std::map<std::string, int> kPeriods = {{"gemma2", 2}, {"gemma3", 6}, {"cohere2", 4}, {"llama4", 4}};
  double rows = 0;
  const auto period = kPeriods.find(name);
  const double window = name == "llama4" ? 8192 : shape.first("attention.sliding_window");
  for (int block = 0; block < static_cast<int>(shape.blocks()); ++block) {
    const bool full = period == kPeriods.end() || block % period->second == 0;
    rows += full ? kCtx : std::min(kCtx, window + 2048);
  }
  return rows * row + gguf_parser_state(shape, arch);
}

std::string ratio(double figure, double real) {
  if (real == 0) return figure == 0 ? "=" : "real 0";
  return std::abs(figure / real - 1) < 0.0005 ? "=" : fmt::format("x{:.2f}", figure / real);
}

}  // namespace

TEST_CASE("our figures and those of others at 32,768 tokens") {
  std::map<std::string, Json> shapes;
  for (const std::string& file : fixture_files()) {
    const Json fixture = Json::parse(*read_file(file));
    for (const auto& [id, metadata] : fixture.at("models").items()) shapes[id] = metadata;
  }
  const auto csv = read_file(CTXCAP_ROOT "/fixtures/memory/peers.csv");
  REQUIRE(csv);
  std::istringstream lines(*csv);
  std::string line,
      table =
          "\n| model | llama.cpp, ctxcap MiB | gguf-parser-go | gollama | Ollama |\n|---|---|---|---|---|\n";
  std::getline(lines, line);
  int seen = 0;
  while (std::getline(lines, line)) {
    std::istringstream cells(line);
    std::string id, architecture, cell;
    std::getline(cells, id, ',');
    std::getline(cells, architecture, ',');
    double want[4] = {};
    for (double& value : want) {
      std::getline(cells, cell, ',');
      value = std::stod(cell);
    }
    CAPTURE(id);
    REQUIRE(shapes.contains(id));
    const Shape shape(shapes.at(id));
    const ModelArch arch = arch_of_metadata(shapes.at(id).dump());
    const auto got =
        memory::footprint(arch, 32768, {.flash_attention = FlashAttention::on, .num_batch = 512});
    REQUIRE(got);
    const double ours =
        static_cast<double>(*got->kv_bytes + *got->kv_swa_bytes + *got->kv_indexer_bytes + *got->rs_bytes) /
        kMiB;
    const double others[] = {gguf_parser(shape, arch) / kMiB, gollama(shape) / kMiB, ollama(shape) / kMiB};
    CHECK(std::abs(ours - want[0]) <= 0.051);
    for (int i = 0; i < 3; ++i) {
      CAPTURE(i);
      CHECK(std::abs(others[i] - want[i + 1]) <= 0.51);
    }
    table += fmt::format("| {} | {:.1f} |", id, ours);
    for (const double other : others) table += fmt::format(" {:.0f} ({}) |", other, ratio(other, ours));
    table += "\n";
    ++seen;
  }
  CHECK(seen == 69);
  MESSAGE(table);
}
