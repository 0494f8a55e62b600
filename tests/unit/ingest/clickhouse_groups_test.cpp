// Rows that ClickHouse has counted: whatever they are, they say what their rows would say one by one.

#include "unit/ingest/ingesting.hpp"

using namespace ctxcap;
using namespace ctxcap::test;

namespace {

// What rows have in common, as members of an object without its braces, and the usage values of each.
struct Alike {
  std::string what;
  std::string common;
  std::string keys = R"(["input","output","total"])";
  std::vector<std::vector<i64>> values = {{300, 33, 333}, {40, 2, 42}};
};

const std::string kCommon =
    R"("type":"GENERATION","environment":"default","level":"DEFAULT","status_message":"","provided_model_name":"ollama/qwen3:8b","trace_name":"triage","name":"ChatOllama","prompt_name":"","tags":["User-Agent: x","mail"],"model_parameters":"{\"num_ctx\":8192,\"max_tokens\":\"512\"}","provided_usage_details":{"given":1},"is_deleted":0)";

std::string with(std::string_view from, std::string_view to) {
  std::string text = kCommon;
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

// Each usage as `copies` rows of its own, started a second apart.
std::string as_rows(const Alike& alike, int copies) {
  std::string text;
  int row = 0;
  std::vector<std::string_view> keys;
  std::string_view rest = alike.keys;
  for (std::size_t at = rest.find('"'); at != std::string_view::npos; at = rest.find('"')) {
    rest.remove_prefix(at);
    const std::size_t end = rest.find('"', 1) + 1;
    keys.push_back(rest.substr(0, end));
    rest.remove_prefix(end);
  }
  for (const std::vector<i64>& values : alike.values) {
    for (int copy = 0; copy < copies; ++copy, ++row) {
      std::string usage;
      for (std::size_t i = 0; i < keys.size(); ++i)
        usage += fmt::format("{}{}:{}", i == 0 ? "" : ",", keys[i], values[i]);
      text += fmt::format(
          R"({{{},"id":"o{}","trace_id":"t{}","parent_observation_id":null,"start_time":"2026-10-01 10:00:{:02}.000000","usage_details":{{{}}}}})"
          "\n",
          alike.common, row, row, row, usage);
    }
  }
  return text;
}

std::string as_group(const Alike& alike, int copies, std::string_view more = "") {
  std::string groups;
  for (const std::vector<i64>& values : alike.values) {
    groups += groups.empty() ? "[" : ",[";
    for (const i64 value : values) groups += fmt::format("{},", value);
    groups += fmt::format("{}]", copies);
  }
  const int last = static_cast<int>(alike.values.size()) * copies - 1;
  return fmt::format(
      R"({{"counted":1,{},"is_root":1,"roots":[],"usage_keys":{},"start_time":"2026-10-01 10:00:00.000000","last_start_time":"2026-10-01 10:00:{:02}.000000","duplicates":0,"groups":[{}]{}}})"
      "\n",
      alike.common, alike.keys, last, groups, more);
}

std::string grouped(std::string_view more) {
  const std::string line = as_group({"", kCommon}, 1);
  return std::string(line.substr(0, line.size() - 2)) + std::string(more) + "}\n";
}

}  // namespace

TEST_CASE("a group of rows says what its rows say") {
  const std::vector<Alike> table{
      {"plain", kCommon},
      {"own name is a client's, and there is a tag", with(R"("trace_name":"triage")", R"("trace_name":"")")},
      {"own name", with("ChatOllama", "summary")},
      {"cached tokens beside the input",
       kCommon,
       R"(["input","input_cached_tokens","output","total"])",
       {{100, 200, 33, 333}, {0, 5, 6, 11}}},
      {"inclusive sender",
       kCommon,
       R"(["input","input_cached_tokens","output","total"])",
       {{300, 200, 33, 333}}},
      {"ambiguous", kCommon, R"(["input","input_x","output","total"])", {{300, 200, 33, 400}}},
      {"OpenAI's own keys",
       kCommon,
       R"(["prompt_tokens","completion_tokens","total_tokens","total"])",
       {{100, 7, 107, 214}}},
      {"zero is unknown", kCommon, R"(["input","output","total"])", {{0, 0, 0}, {0, 5, 5}}},
      {"only a total", kCommon, R"(["total"])", {{500}}},
      {"no output", kCommon, R"(["input"])", {{500}}},
      {"implausible", kCommon, R"(["input"])", {{3'000'000'000}}},
      {"nothing", kCommon, "[]", {{}}},
      {"wrapper", with("GENERATION", "AGENT")},
      {"span", with("GENERATION", "SPAN"), "[]", {{}}},
      {"embedding", with("GENERATION", "EMBEDDING")},
      {"judge", with(R"(t":"default")", R"(t":"langfuse-llm-as-a-judge")")},
      {"estimated", with(R"({"given":1})", "{}")},
      {"deleted", with(R"("is_deleted":0)", R"("is_deleted":1)")},
      {"failed", with(R"("DEFAULT")", R"("ERROR")"), "[]", {{}}},
      {"refused with its size",
       with(R"("DEFAULT","status_message":"")", R"("ERROR","status_message":"n_prompt_tokens\":9001")"),
       "[]",
       {{}}},
      {"nested parameters", with(R"({\"num_ctx\":8192,\"max_tokens\":\"512\"})",
                                 R"({\"options\":\"{\\\"num_ctx\\\":4096,\\\"num_predict\\\":-1}\"})")},
      {"no parameters", with(R"("{\"num_ctx\":8192,\"max_tokens\":\"512\"}")", "null")},
  };
  for (const Alike& alike : table) {
    for (const int copies : {1, 3}) {
      CAPTURE(alike.what);
      CAPTURE(copies);
      const TraceSummary rows = ingest_whole(as_rows(alike, copies));
      const TraceSummary group = ingest_whole(as_group(alike, copies));
      CHECK(gist(group) == gist(rows));
      CHECK(group.demands == rows.demands);
      CHECK(words(group.skipped) == words(rows.skipped));
      CHECK(words(group.remarks) == words(rows.remarks));
      REQUIRE(group.inputs.size() == 1);
      CHECK(group.inputs[0].format == "clickhouse-groups");
      CHECK(group.inputs[0].rows == rows.inputs[0].rows);
      CHECK(group.inputs[0].used == rows.inputs[0].used);
      check_nothing_lost(group);
    }
  }
}

TEST_CASE("a nested row gets the name of the first root that has one") {
  const auto job = [](std::string_view roots, std::string_view trace_name, int is_root) {
    const std::string line = fmt::format(
        R"({{"counted":1,"type":"GENERATION","trace_name":"{}","name":"own","provided_model_name":"m","is_root":{},"roots":{},"usage_keys":["input","output"],"groups":[[10,5,2]],"start_time":"2026-10-01 10:00:00.000000","last_start_time":"2026-10-01 10:00:01.000000"}})",
        trace_name, is_root, roots);
    return gist(ingest_whole(line));
  };
  CHECK(job(R"([["","triage",""]])", "", 0) == "triage/m: p 10*2 g 5*2 t 15*2");
  CHECK(job(R"([["","ChatOllama",""],["","chat m","m"],["","triage",""],["","later",""]])", "", 0) ==
        "triage/m: p 10*2 g 5*2 t 15*2");
  CHECK(job(R"([["whole","inner",""]])", "", 0) == "whole/m: p 10*2 g 5*2 t 15*2");
  CHECK(job(R"([["","ChatOllama",""]])", "", 0) == "own/m: p 10*2 g 5*2 t 15*2");
  CHECK(job("[]", "", 0) == "own/m: p 10*2 g 5*2 t 15*2");
  CHECK(job(R"([["","triage",""]])", "", 1) == "own/m: p 10*2 g 5*2 t 15*2");
  CHECK(job(R"([["","triage",""]])", "told", 0) == "told/m: p 10*2 g 5*2 t 15*2");
}

TEST_CASE("older versions, and rows that count elsewhere, are duplicates") {
  const TraceSummary with_older = ingest_whole(grouped(R"(,"more":0)") + as_group({"", kCommon}, 2));
  CHECK(with_older.inputs[0].rows == 6);
  std::string line = as_group({"", kCommon}, 2);
  line.replace(line.find(R"("duplicates":0)"), 14, R"("duplicates":7)");
  CHECK(words(ingest_whole(line).skipped) == Words{{"duplicate", 7}});
  CHECK(ingest_whole(line).inputs[0].rows == 11);
  line.replace(line.find(R"("counted":1)"), 11, R"("counted":0)");
  const TraceSummary elsewhere = ingest_whole(line);
  CHECK(elsewhere.demands.empty());
  CHECK(words(elsewhere.skipped) == Words{{"duplicate", 7}});
  check_nothing_lost(elsewhere);
}

TEST_CASE("64-bit numbers in quotes, as older servers write them") {
  const std::string line =
      R"({"counted":"1","type":"GENERATION","name":"own","provided_model_name":"m","is_root":"0","roots":[],"usage_keys":["input","output"],"groups":[["10","5","2"]],"duplicates":"3"})";
  const TraceSummary summary = ingest_whole(line);
  CHECK(gist(summary) == "own/m: p 10*2 g 5*2 t 15*2");
  CHECK(words(summary.skipped) == Words{{"duplicate", 3}});
}

TEST_CASE("a group that does not fit its keys is a bad row, not a wrong one") {
  for (const std::string_view groups : {"[[10,5]]", "[[10,5,3,4]]", "[[10,5,0]]", "[[10,5,-1]]", "[7]"}) {
    CAPTURE(groups);
    const TraceSummary summary = ingest_whole(fmt::format(
        R"({{"counted":1,"type":"GENERATION","name":"own","usage_keys":["input","output"],"groups":{}}})",
        groups));
    CHECK(summary.demands.empty());
    CHECK(words(summary.skipped) == Words{{"bad-tokens", 1}});
  }
}

TEST_CASE("grouped rows are not kept one by one") {
  const TraceSummary summary = ingest_whole(as_group({"", kCommon}, 3), {.keep_requests = true});
  REQUIRE(summary.demands.size() == 1);
  CHECK(summary.demands[0].sent.empty());
}
