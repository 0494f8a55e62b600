// Loads that others made: logs of real GPUs in public, and a real Ollama on a CPU with full-size shapes.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <vector>

#include "base/json.hpp"
#include "reference.hpp"

using namespace ctxcap;
using Json = nlohmann::json;

namespace {

constexpr double kMiB = 1024.0 * 1024.0;

std::vector<Json> lines_of(const std::string& path) {
  std::vector<Json> rows;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) rows.push_back(Json::parse(line));
  return rows;
}

double mib(std::optional<Bytes> bytes) {
  return static_cast<double>(bytes.value_or(-1)) / kMiB;
}

// The sum of a log's lines; `window` lines are those that a log marks so.
double logged(const Json& buffers, const std::string& kind, const std::string& component_ends) {
  double sum = 0;
  for (const Json& buffer : buffers) {
    const std::string component = buffer.at("component");
    const bool window = component.size() > 4 && component.substr(component.size() - 4) == " SWA";
    if (buffer.at("kind") == kind && window == (component_ends == " SWA"))
      sum += buffer.at("mib").get<double>();
  }
  return sum;
}

i64 number_or(const Json& row, const char* key, i64 fallback) {
  return row.at(key).is_number() ? row.at(key).get<i64>() : fallback;
}

RuntimeSettings field_settings(const Json& row) {
  RuntimeSettings settings{.parallel = number_or(row, "n_seq_max", 1)};
  settings.kv_type_k = row.value("type_k", "f16");
  settings.kv_type_v = row.value("type_v", "f16");
  const bool off = row.at("flash_attn") == "0";
  settings.flash_attention = off ? FlashAttention::off : FlashAttention::on;
  settings.num_batch = number_or(row, "n_ubatch", 512);
  settings.unified = row.at("kv_unified").is_boolean() && row.at("kv_unified").get<bool>();
  const std::string device = row.at("buffers")[0].at("device");
  settings.backend = device == "CPU" ? "cpu" : "cuda";
  return settings;
}

}  // namespace

TEST_CASE("logs of real GPUs: caches and state to the logged hundredth of a MiB, compute within the band") {
  const std::vector<Json> rows = lines_of(CTXCAP_SHARED "/kv-field.jsonl");
  if (rows.empty()) {
    MESSAGE("skipped: ../shared/kv-field.jsonl is not there");
    return;
  }
  // Comparable: everything on one device, and a build since June 2026, when logits of a whole batch left the
  // buffer (without flash attention, or on a CPU, they were never its peak).
  const std::vector<std::string> comparable = {"g4-e4b-65k-vk", "phi3-mini-ollama-4k", "q3-30b-2gpu-nofa",
                                               "q25-7b-q8-16k"};
  std::size_t compared = 0;
  for (const Json& row : rows) {
    const std::string id = row.at("id");
    CAPTURE(id);
    const ModelArch arch = arch_of_metadata(row.at("metadata").dump());
    REQUIRE(arch.known());
    const auto got = memory::footprint_of_total(arch, row.at("n_ctx"), field_settings(row));
    REQUIRE(got);
    const Json& buffers = row.at("buffers");
    CHECK(std::abs(mib(got->kv_bytes) - logged(buffers, "KV", "")) < 0.01);
    CHECK(std::abs(mib(got->kv_swa_bytes) - logged(buffers, "KV", " SWA")) < 0.01);
    CHECK(std::abs(mib(got->rs_bytes) - logged(buffers, "RS", "")) < 0.01);
    if (std::find(comparable.begin(), comparable.end(), id) == comparable.end()) continue;
    ++compared;
    for (const Json& buffer : buffers) {
      const std::string device = buffer.at("device");
      if (buffer.at("kind") != "compute" || device.find("Host") != std::string::npos) continue;
      CAPTURE(mib(got->compute_bytes));
      CHECK(buffer.at("mib").get<double>() > mib(got->compute_low_bytes));
      CHECK(buffer.at("mib").get<double>() < mib(got->compute_high_bytes));
    }
  }
  CHECK(compared == comparable.size());
}

// Tensors of a shape that was recorded too; nullopt: only the size of its file is known.
std::optional<Weights> recorded_weights(const std::string& id) {
  const std::pair<const char*, const char*> kRecorded[] = {
      {"llama3.2-1b", "llama3.2_1b"}, {"gemma3-4b", "gemma3_4b"},
      {"qwen3-8b", "qwen3_8b"},       {"devstral-small-2-24b", "devstral-small-2"},
      {"gemma3n-e4b", "gemma3n_e4b"}, {"qwen35-27b", "qwen3.5_27b"}};
  for (const auto& [shape, file] : kRecorded) {
    const auto text =
        id == shape ? read_file(fmt::format("{}/ollama/show/{}.json", CTXCAP_SHARED, file)) : std::nullopt;
    if (!text) continue;
    const auto description = model::describe(*text, shape);
    REQUIRE(description);
    return model::architecture_of(*description).weights;
  }
  return std::nullopt;
}

TEST_CASE("a real Ollama on a CPU: caches as logged, the sum within 1 % of what it holds") {
  const std::vector<Json> rows = lines_of(CTXCAP_SHARED "/ollama/ps-real-shapes.jsonl");
  if (rows.empty()) {
    MESSAGE("skipped: ../shared/ollama/ps-real-shapes.jsonl is not there");
    return;
  }
  CHECK(rows.size() == 25);
  int counted = 0;  // loads whose weights are known tensor by tensor
  for (const Json& row : rows) {
    CAPTURE(row.at("id").get<std::string>());
    CAPTURE(row.at("num_ctx").get<i64>());
    ModelArch arch = arch_of_metadata(row.at("metadata").dump());
    REQUIRE(arch.known());
    model::estimate_weights(arch, row.at("file_bytes"));
    if (const auto weights = recorded_weights(row.at("id"))) {
      arch.weights = weights;
      ++counted;
    }
    const auto got = memory::footprint(arch, row.at("num_ctx"), {.backend = "cpu"});
    REQUIRE(got);
    CHECK(got->num_batch == row.at("num_batch").get<i64>());  // Ollama's rule, not told to us

    std::vector<double> caches;
    double state = 0;
    for (const Json& line : row.at("log")) {
      if (line.at("kind") == "KV") caches.push_back(line.at("mib"));
      if (line.at("kind") == "RS") state += line.at("mib").get<double>();
    }
    const double full = caches.empty() ? 0 : caches[0];
    const double window = caches.size() > 1 ? caches[1] : 0;
    CHECK(std::abs(mib(got->kv_bytes) - full) < 0.01);
    CHECK(std::abs(mib(got->kv_swa_bytes) - window) < 0.01);
    CHECK(std::abs(mib(got->rs_bytes) - state) < 0.01);

    // /api/ps keeps only the last of two cache lines.
    const double left_out = caches.size() > 1 ? full : 0;
    const double held = row.at("ps_size").get<double>() / kMiB + left_out;
    CAPTURE(held);
    CHECK(std::abs((mib(got->total_bytes) - mib(got->projector_bytes)) / held - 1) <
          0.01);  // ps has no projector
    CHECK(mib(got->total_low_bytes) - mib(got->projector_bytes) < held);
    CHECK(mib(got->total_high_bytes) > held);
  }
  CHECK(counted == 17);
}
