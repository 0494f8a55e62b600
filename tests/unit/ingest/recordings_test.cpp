// Recordings of a real Langfuse server, beside the repository. What each must give is worked out here a
// second time, row by row, with another JSON library and no care for speed.

#include <algorithm>
#include <filesystem>

#include "base/json.hpp"
#include "support/shared.hpp"
#include "unit/ingest/ingesting.hpp"

using namespace ctxcap;
using namespace ctxcap::test;
using nlohmann::json;

namespace {

constexpr const char* kFolder = CTXCAP_SHARED "/langfuse/real";

struct Want {
  i64 rows = 0;
  Words reasons;  // "" for rows that count
};

std::string text_of(const json& row, const char* key) {
  const auto found = row.find(key);
  return found != row.end() && found->is_string() ? found->get<std::string>() : "";
}

// As the sheet's rule has it, written the long way. A reason, or "" for a usable row.
std::string judge_usage(const json& row) {
  const json map = row.value("usageDetails", json());
  if (!map.is_object()) return "no-usage";
  double input = 0, output = 0;
  for (const auto& [key, value] : map.items()) {
    if (value.get<double>() > 2147483647.0) return "implausible-tokens";
    if (key.find("input") != std::string::npos) input += value.get<double>();
    if (key.find("output") != std::string::npos) output += value.get<double>();
  }
  if (input == 0 && map.value("prompt_tokens", 0) > 0) return "";
  const double total = map.value("total", 0.0);
  if (input == 0) return total > 0 && output == 0 ? "total-only" : "no-usage";
  if (total > 0 && input + output > 1.01 * total &&
      map.value("input", 0.0) + map.value("output", 0.0) != total) {
    return "ambiguous-usage";
  }
  return "";
}

std::string judge_row(const json& row) {
  if (!row.contains("traceId") || !row.contains("type")) {
    if (row.contains("count_count") || row.contains("time_dimension") || row.contains("countTraces"))
      return "aggregate";
    if (row.contains("matchPattern") || row.contains("organization") || row.contains("scores"))
      return "listing";
    if (row.contains("message")) return "error-answer";
    return "status-answer";
  }
  const std::string usage = judge_usage(row), type = text_of(row, "type");
  if (type == "EMBEDDING") return "embedding";
  if (type != "GENERATION") return usage == "no-usage" ? "not-a-generation" : "wrapper";
  if (text_of(row, "environment").rfind("langfuse-", 0) == 0) return "judge";
  if (text_of(row, "level") == "ERROR" && (usage == "no-usage" || usage == "total-only")) return "failed";
  return usage;
}

// The last version of each id counts; the others are duplicates.
Want judge_rows(const std::vector<json>& rows) {
  Want want{.rows = static_cast<i64>(rows.size())};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto newer = [&](const json& a, const json& b) {
      return text_of(a, "updatedAt") > text_of(b, "updatedAt");
    };
    bool is_last = true;
    for (std::size_t j = 0; j < rows.size() && rows[i].contains("traceId"); ++j) {
      if (i == j || text_of(rows[i], "id") != text_of(rows[j], "id")) continue;
      if (newer(rows[j], rows[i]) || (!newer(rows[i], rows[j]) && j < i)) is_last = false;
    }
    ++want.reasons[is_last ? judge_row(rows[i]) : "duplicate"];
  }
  return want;
}

Want judge_recording(const json& recording) {
  const int status = recording.value("status", 0);
  const json body = json::parse(text_of(recording, "body"), nullptr, false);
  if (status < 200 || status > 299) return {1, {{"error-answer", 1}}};
  if (body.is_discarded())
    return {1, {{text_of(recording, "body").empty() ? "status-answer" : "bad-json", 1}}};
  for (const char* list : {"data", "observations"}) {
    if (body.contains(list)) return judge_rows(body[list].get<std::vector<json>>());
  }
  return judge_rows({body});
}

}  // namespace

TEST_CASE("every recording of a real server is read, or refused for the right reason") {
  if (!std::filesystem::exists(kFolder)) {
    MESSAGE("skipped: no recordings of Langfuse");
    return;
  }
  i64 recordings = 0, used = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    const std::string text = content_of(entry.path().string()).value_or("");
    const json recording = json::parse(text, nullptr, false);
    if (!recording.is_object() || !recording.contains("body")) continue;
    const std::string name = entry.path().filename().string();
    CAPTURE(name);
    const TraceSummary summary = ingest_whole(text);
    const Want want = judge_recording(recording);
    Words got = words(summary.skipped);
    if (summary.inputs[0].used > 0) got[""] = summary.inputs[0].used;
    CHECK(summary.inputs[0].rows == want.rows);
    CHECK(got == want.reasons);
    check_nothing_lost(summary);
    ++recordings;
    used += summary.inputs[0].used;
  }
  CHECK(recordings > 200);
  CHECK(used > 150);
}

TEST_CASE("jobs, windows and limits of real SDKs are found") {
  struct Row {
    std::string file, job, model;
    i64 requests;
    std::map<Tokens, i64> num_ctx, num_predict;
  };
  const Row rows[] = {
      // A nested generation's job is the root's; the root's trace name was propagated by the application.
      {"80_sdk_py5", "propagated-name", "llama3.1:8b", 1, {{16384, 1}}, {}},
      {"81_sdk_versions_events_only", "job-py3", "qwen3:8b", 1, {{8192, 1}}, {}},
      {"85_otel_plain", "otel-job", "qwen3:8b", 2, {{4096, 1}}, {{512, 1}}},
      {"85_otel_plain", "otel-job", "gemma3:12b", 1, {{8192, 1}}, {}},  // options as JSON text
      {"86_langchain_litellm", "lc-chain", "qwen3:8b", 1, {}, {}},      // the row itself is called ChatOllama
      {"86_langchain_litellm", "nested-params", "qwen3:8b", 1, {{8192, 1}}, {{5, 1}}},
      {"87_litellm_langfuse_callback", "all", "qwen3:8b", 1, {{16384, 1}}, {}},
      {"87_litellm_langfuse_callback", "ll-old-trace", "qwen3:8b", 1, {{16384, 1}}, {{99, 1}}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.file);
    CAPTURE(row.job);
    const auto text = shared_file(fmt::format("langfuse/real/{}.json", row.file));
    if (!text) continue;
    const TraceSummary summary = ingest_whole(*text);
    const auto found = std::find_if(summary.demands.begin(), summary.demands.end(), [&](const Demand& d) {
      return d.job == row.job && d.model == row.model;
    });
    REQUIRE(found != summary.demands.end());
    CHECK(found->pooled().prompt.count() == row.requests);
    CHECK(found->num_ctx_asked == row.num_ctx);
    CHECK(found->num_predict_asked == row.num_predict);
  }
}
