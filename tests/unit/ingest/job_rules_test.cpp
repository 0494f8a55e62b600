// --job: what counts as the job, rule by rule, on logs that real software wrote.

#include <set>

#include "support/shared.hpp"
#include "unit/ingest/ingesting.hpp"

using namespace ctxcap;
using namespace ctxcap::test;

namespace {

ingest::Options by_rule(std::string_view word) {
  ingest::Options options;
  REQUIRE(ingest::take_job_rule(word, options.mapping).has_value());
  return options;
}

std::string jobs(const std::string& text, std::string_view rule) {
  std::map<std::string, i64> requests;
  for (const Demand& demand : ingest_whole(text, by_rule(rule)).demands)
    requests[demand.job] += demand.pooled().prompt.count();
  std::string list;
  for (const auto& [job, count] : requests)
    list += fmt::format("{}{} {}", list.empty() ? "" : ", ", job, count);
  return list;
}

}  // namespace

TEST_CASE("each rule names the jobs of recorded logs") {
  struct Row {
    std::string file, rule, want;
  };
  const Row rows[] = {
      {"logs/otlp_openinference_langchain.jsonl", "auto",
       "helpdesk_agent 1, kb-chat 1, summary_chain 1, triage_chain 2"},
      {"logs/otlp_openinference_langchain.jsonl", "trace-name",
       "RunnableSequence 1, helpdesk_agent 1, summary_chain 1, triage_chain 2"},
      {"logs/otlp_openinference_langchain.jsonl", "name", "ChatOllama 5"},
      {"logs/otlp_openinference_langchain.jsonl", "service", "kb-chat 5"},
      {"logs/otlp_openai_v2.jsonl", "trace-name",
       "chat tiny-gemma3 1, chat tiny-llama 2, chat tiny-native 1, chat tiny-qwen3 1"},
      {"logs/litellm-proxy-spendlog-payload.jsonl", "auto", "all 14, invoice-job 1"},
      {"logs/litellm-proxy-spendlog-payload.jsonl", "tag", "all 14, nightly 1"},
      {"logs/litellm-proxy-spendlog-payload.jsonl", "field", "all 14, invoice-job 1"},
      {"langfuse/real/86_langchain_litellm.json", "auto",
       "lc-chain 1, lc-direct 1, ll-trace 1, nested-params 1"},
      {"langfuse/real/86_langchain_litellm.json", "name",
       "ChatOllama 1, lc-direct 1, ll-gen 1, nested-params 1"},
      {"langfuse/real/86_langchain_litellm.json", "tag", "all 2, lc 1, ll 1"},
      {"langfuse/real/86_langchain_litellm.json", "prompt", "all 4"},
      {"langfuse/real/86_langchain_litellm.json", "field:environment", "lctest 3, production 1"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.file);
    CAPTURE(row.rule);
    if (const auto text = shared_file(row.file)) CHECK(jobs(*text, row.rule) == row.want);
  }
}

TEST_CASE("each rule takes its own hint, as it is") {
  const std::string row =
      R"({"traceId":"t","parentObservationId":null,"type":"GENERATION","id":"o","job":"j","traceName":"generate",)"
      R"("name":"n","promptName":"p","tags":["g","h"],"metadata":{"task":"m"},"usageDetails":{"input":7,"output":1},)"
      R"("inputUsage":7})";
  CHECK(jobs(row, "auto") == "j 1");
  CHECK(jobs(row, "trace-name") == "generate 1");
  CHECK(jobs(row, "name") == "n 1");
  CHECK(jobs(row, "prompt") == "p 1");
  CHECK(jobs(row, "tag") == "g 1");
  CHECK(jobs(row, "service") == "all 1");
  CHECK(jobs(row, "field") == "j 1");
  CHECK(jobs(row, "field:metadata.task") == "m 1");
  CHECK(jobs(row, "field:nothing.there") == "all 1");
}

TEST_CASE("a trace's root names its rows by trace-name, and no row by the others") {
  const std::string rows =
      R"({"traceId":"t","parentObservationId":"r","type":"GENERATION","id":"c","name":"step","inputUsage":7,)"
      R"("usageDetails":{"input":7,"output":1}})"
      "\n"
      R"({"traceId":"t","parentObservationId":null,"type":"SPAN","id":"r","name":"ChatOllama","inputUsage":0})";
  CHECK(jobs(rows, "trace-name") == "ChatOllama 1");
  CHECK(jobs(rows, "auto") == "step 1");
  CHECK(jobs(rows, "name") == "step 1");
  CHECK(jobs(rows, "tag") == "all 1");
}

TEST_CASE("a root of Langfuse may have a parent outside; its calls are named all the same") {
  const std::string calls =
      R"({"id":"a","traceId":"t","parentObservationId":"r","type":"GENERATION","name":"ChatOllama",)"
      R"("isRootObservation":false,"traceName":null,"model":"m","inputUsage":9,"usageDetails":{"input":9,"output":1}})"
      "\n"
      R"({"id":"r","traceId":"t","parentObservationId":"outside","type":"SPAN","name":"triage-app",)"
      R"("isRootObservation":true,"inputUsage":0,"usageDetails":{}})"
      "\n";
  const std::string stored =
      R"({"id":"a","trace_id":"t","parent_observation_id":"r","type":"GENERATION","name":"ChatOllama",)"
      R"("is_app_root":0,"provided_model_name":"m","usage_details":{"input":9,"output":1}})"
      "\n"
      R"({"id":"r","trace_id":"t","parent_observation_id":"outside","type":"SPAN","name":"triage-app",)"
      R"("is_app_root":1,"provided_model_name":"","usage_details":{}})"
      "\n";
  for (const std::string& rows : {calls, stored}) {
    CHECK(jobs(rows, "auto") == "triage-app 1");
    CHECK(jobs(rows, "trace-name") == "triage-app 1");
  }
}

TEST_CASE("an unknown rule is refused with the rules there are") {
  ingest::Mapping mapping;
  const Status near = ingest::take_job_rule("trace_name", mapping);
  REQUIRE_FALSE(near.has_value());
  CHECK(near.error().kind == ErrorKind::usage);
  CHECK(near.error().hint == "did you mean --job trace-name?");
  const Status far = ingest::take_job_rule("email-triage", mapping);
  REQUIRE_FALSE(far.has_value());
  for (const ingest::JobRuleWord& rule : ingest::job_rules())
    CHECK(far.error().why.find(rule.word) != std::string::npos);
  CHECK_FALSE(ingest::take_job_rule("field:", mapping).has_value());
  REQUIRE(ingest::mapping_of(std::vector<std::pair<std::string, std::string>>{{"job", "a"}}).has_value());
}
