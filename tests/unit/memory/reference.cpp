#include "reference.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "base/json.hpp"
#include "support/pattern.hpp"

namespace ctxcap {
namespace {

using Json = nlohmann::json;

// Shapes repeat over many rows.
const ModelArch& cached_arch(const Json& metadata, LlamaBuild build) {
  static std::map<std::pair<std::string, LlamaBuild>, ModelArch> cache;
  const std::pair key(metadata.dump(), build);
  const auto found = cache.find(key);
  if (found != cache.end()) return found->second;
  return cache.emplace(key, arch_of_metadata(key.first, build)).first->second;
}

// Rows of processes that died have nulls.
std::string text_of(const Json& row, const char* key, const char* fallback = "") {
  return row.contains(key) && row[key].is_string() ? row[key].get<std::string>() : fallback;
}

LlamaBuild build_of(const Json& row) {
  const std::string release = text_of(row, "build");
  if (release.starts_with("0c1e57098")) return LlamaBuild::v0_5_0;
  return release == "v0.4.0" ? LlamaBuild::v0_4_0 : LlamaBuild::b9842;
}

// The context in which the blocks behind the trunk draft.
ModelArch draft_of(const ModelArch& arch) {
  ModelArch draft;
  draft.architecture = arch.architecture;
  draft.family = arch.family;
  draft.layers = arch.draft_layers;
  draft.widest_v = arch.widest_v;
  draft.no_draft_graph = arch.no_draft_graph;
  draft.compute = arch.compute;
  return draft;
}

// A process that died left no settings in its row, only its arguments in the message.
void settings_from_error(ReferenceRow& row) {
  const auto number = [&](const std::string& name, i64 fallback) {
    const auto match = test::Pattern((name + "=([0-9]+)").c_str()).find(row.error);
    return match ? std::stoll(std::string(match->group)) : fallback;
  };
  row.total_ctx = number("n_ctx", 0);
  row.settings.parallel = number("n_seq", 1);
  row.settings.num_batch = number("n_ubatch", 512);
  row.settings.draft_tokens = number("n_rs_seq", 0);
  if (const auto match = test::Pattern("ctk=([a-z0-9_]+)").find(row.error))
    row.settings.kv_type_k = match->group;
  if (const auto match = test::Pattern("ctv=([a-z0-9_]+)").find(row.error))
    row.settings.kv_type_v = match->group;
}

ReferenceRow row_of(const Json& json) {
  ReferenceRow row{.id = json.at("id"), .arch = cached_arch(json.at("metadata"), build_of(json))};
  const std::string type = text_of(json, "ctx_type", "default");
  row.settings.beside_target = type != "default";
  row.drafts = type == "mtp";
  if (row.drafts) row.arch = draft_of(row.arch);
  row.error = json.value("error", "");
  row.settings.flash_attention = FlashAttention::on;
  row.settings.backend = json.at("backend").get<std::string>().substr(0, 3) == "cpu" ? "cpu" : "cuda";
  if (json.at("n_ctx").is_null()) {
    settings_from_error(row);
    return row;
  }
  row.total_ctx = json.at("n_ctx");
  row.settings.parallel = json.at("n_seq_max");
  row.settings.unified = json.at("kv_unified") == 1;
  row.settings.kv_type_k = json.at("type_k");
  row.settings.kv_type_v = json.at("type_v");
  if (json.at("flash_attn") == 0) row.settings.flash_attention = FlashAttention::off;
  row.settings.num_batch = json.at("n_ubatch").get<i64>();
  row.settings.full_window_cache = json.at("swa_full") == 1;
  row.settings.draft_tokens = json.at("n_rs_seq");
  if (row.drafts) row.settings.draft_tokens = 0;
  if (!row.error.empty()) return row;
  row.kv = json.at("kv_bytes");
  row.swa = json.at("kv_swa_bytes");
  row.indexer = json.at("kv_indexer_bytes");
  row.rs = json.at("rs_bytes");
  row.compute = json.at("compute_bytes");
  return row;
}

}  // namespace

std::string ReferenceRow::text() const {
  return fmt::format("{} -c {} -np {} -ub {} {}/{} fa {} {}{}{} draft {}", id, total_ctx, settings.parallel,
                     settings.num_batch.value_or(0), settings.kv_type_k, settings.kv_type_v,
                     settings.flash_attention == FlashAttention::off ? "off" : "on", settings.backend,
                     settings.unified ? " unified" : "", settings.full_window_cache ? " swa-full" : "",
                     settings.draft_tokens);
}

std::optional<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

ModelArch arch_of_metadata(const std::string& metadata_json, LlamaBuild build) {
  Result<ModelDescription> description =
      model::describe(R"({"model_info":)" + metadata_json + "}", "reference");
  REQUIRE(description);
  description->build.llama = build;
  return model::architecture_of(*description);
}

std::optional<std::vector<ReferenceRow>> rows_in(const std::string& path) {
  std::ifstream file(path);
  if (!file) return std::nullopt;
  std::vector<ReferenceRow> rows;
  for (std::string line; std::getline(file, line);) rows.push_back(row_of(Json::parse(line)));
  return rows;
}

std::optional<std::vector<ReferenceRow>> shared_rows() {
  return rows_in(CTXCAP_SHARED "/kv-reference.jsonl");
}

std::optional<std::vector<ReferenceRow>> newer_rows() {
  return rows_in(CTXCAP_SHARED "/kv-reference-2.jsonl");
}

namespace {

// Metadata of the shapes that rows of other files name by their id; empty: there is no such file.
std::map<std::string, Json> known_shapes() {
  std::map<std::string, Json> metadata;
  for (const char* name : {"/kv-reference.jsonl", "/kv-reference-2.jsonl"}) {
    std::ifstream file(std::string(CTXCAP_SHARED) + name);
    for (std::string line; std::getline(file, line);) {
      const Json row = Json::parse(line);
      metadata.emplace(row.at("id").get<std::string>(), row.at("metadata"));
    }
  }
  return metadata;
}

}  // namespace

std::optional<std::vector<ReferenceRow>> rows_with_fusion() {
  const std::map<std::string, Json> metadata = known_shapes();
  std::ifstream file(CTXCAP_SHARED "/compute-cuda-fusion.jsonl");
  if (metadata.empty() || !file) return std::nullopt;
  std::vector<ReferenceRow> rows;
  for (std::string line; std::getline(file, line);) {
    const Json row = Json::parse(line);
    const auto shape = metadata.find(row.at("id").get<std::string>());
    if (shape == metadata.end()) continue;
    ReferenceRow& known = rows.emplace_back();
    known.id = row.at("id");
    known.arch = cached_arch(shape->second, LlamaBuild::v0_5_0);
    known.total_ctx = row.at("n_ctx");
    known.settings.parallel = row.at("n_seq_max");
    known.settings.kv_type_k = known.settings.kv_type_v = row.at("type_k");
    known.settings.flash_attention = FlashAttention::on;
    known.settings.num_batch = row.at("n_ubatch").get<i64>();
    // As in the other files, whose rows say so.
    known.settings.unified = known.total_ctx == 32768 && known.settings.parallel == 4;
    known.compute = row.at("compute_bytes_cuda_fusion");
  }
  return rows;
}

std::optional<std::vector<ReferenceRow>> rows_by_build() {
  const std::map<std::string, Json> metadata = known_shapes();
  std::ifstream file(CTXCAP_SHARED "/compute-by-build.jsonl");
  if (metadata.empty() || !file) return std::nullopt;
  std::vector<ReferenceRow> rows;
  for (std::string line; std::getline(file, line);) {
    Json row = Json::parse(line);
    const auto shape = metadata.find(row.at("id").get<std::string>());
    if (shape == metadata.end()) continue;
    const std::string build = row.at("build");
    const LlamaBuild rules = build == "b8390"                     ? LlamaBuild::b8390
                             : build.find("0.3.24") != build.npos ? LlamaBuild::b9000
                                                                  : LlamaBuild::v0_5_0;
    row.erase("build");
    row["metadata"] = shape->second;
    row["backend"] = "cuda";
    row["kv_bytes"] = row.at("cache_bytes");  // all of them
    for (const char* none : {"kv_swa_bytes", "kv_indexer_bytes"}) row[none] = 0;
    row["type_v"] = row.at("flash_attn") == 0 ? "f16" : row.at("type_k").get<std::string>();
    rows.push_back(row_of(row));
    rows.back().arch = cached_arch(shape->second, rules);
  }
  return rows;
}

std::vector<std::string> fixture_files() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(CTXCAP_ROOT "/fixtures/memory")) {
    if (entry.path().extension() == ".json") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<ReferenceRow> fixture_rows(const std::string& file) {
  const std::optional<std::string> text = read_file(file);
  REQUIRE(text);
  const Json fixture = Json::parse(*text);
  const Json& columns = fixture.at("columns");
  std::vector<ReferenceRow> rows;
  for (const Json& values : fixture.at("rows")) {
    Json row = {{"backend", "cuda"}};
    for (std::size_t i = 0; i < columns.size(); ++i) row[columns[i].get<std::string>()] = values.at(i);
    row["id"] = row.at("model");
    row["metadata"] = fixture.at("models").at(row.at("model").get<std::string>());
    rows.push_back(row_of(row));
  }
  return rows;
}

}  // namespace ctxcap
