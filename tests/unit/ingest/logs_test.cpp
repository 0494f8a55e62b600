// Logs that real software wrote: each call once, with the counts that the server reported, and everything
// else under its reason. A dozen are fixtures, the others lie beside the repository.

#include <set>
#include <sstream>

#include "base/json.hpp"
#include "support/shared.hpp"
#include "unit/ingest/ingesting.hpp"

using namespace ctxcap;
using namespace ctxcap::test;

namespace {

struct Row {
  std::string file, format;
  i64 rows;
  Words skipped;
  std::string jobs;  // "job/model: prompts in order"
};

std::optional<std::string> log_text(const std::string& file) {
  if (auto text = content_of(CTXCAP_ROOT "/fixtures/traces/logs/" + file)) return text;
  return shared_file("logs/" + file);
}

std::string prompts(const TraceSummary& summary) {
  std::string text;
  for (const Demand& demand : summary.demands) {
    text += fmt::format("{}{}/{}:", text.empty() ? "" : "; ", demand.job, demand.model);
    const DayDemand all = demand.pooled();
    for (const Bin& bin : all.prompt.bins) {
      text += bin.count == 1 ? fmt::format(" {}", bin.tokens) : fmt::format(" {}*{}", bin.tokens, bin.count);
    }
  }
  return text;
}

}  // namespace

TEST_CASE("every recorded log gives the calls that were made, each once") {
  const Row rows[] = {
      // OpenTelemetry
      {"otlp_openai_v2.jsonl",
       "otlp",
       8,
       {{"embedding", 1}, {"failed", 1}, {"no-usage", 1}},
       "mail-summary/tiny-gemma3: 143; mail-summary/tiny-llama: 37 2051; mail-summary/tiny-native: 51; "
       "mail-summary/tiny-qwen3: 219"},
      {"otlp_traceloop_ollama.jsonl",
       "otlp",
       7,
       {{"failed", 1}},
       "ticket-triage/tiny-gemma3: 105; ticket-triage/tiny-llama: 37 259 386; ticket-triage/tiny-native: 66; "
       "ticket-triage/tiny-qwen3: 219"},
      {"otlp_openinference_openai.jsonl",
       "otlp",
       10,
       {{"embedding", 1}, {"failed", 1}, {"no-usage", 1}},
       "mail-summary/tiny-gemma3: 143; mail-summary/tiny-llama: 37 75 82 2051; mail-summary/tiny-native: 51; "
       "mail-summary/tiny-qwen3: 219"},
      {"otlp_openinference_litellm.jsonl",
       "otlp",
       8,
       {{"failed", 1}, {"no-usage", 1}},
       "nightly-tagging/tiny-gemma3: 125; nightly-tagging/tiny-llama: 37 69 259; "
       "nightly-tagging/tiny-native: 100; "
       "nightly-tagging/tiny-qwen3: 219"},
      {"otlp_openinference_langchain.jsonl",
       "otlp",
       22,
       {{"failed", 1}, {"no-usage", 2}, {"not-a-generation", 14}},
       "helpdesk_agent/tiny-gemma3: 67; kb-chat/tiny-llama: 259; triage_chain/tiny-llama: 37 113; "
       "summary_chain/tiny-qwen3: 219"},
      {"otlp_traceloop_langchain.jsonl",
       "otlp",
       23,
       {{"failed", 1}, {"no-usage", 1}, {"not-a-generation", 16}},
       "helpdesk_agent/tiny-gemma3: 67; kb-chat/tiny-llama: 259; triage_chain/tiny-llama: 37 113; "
       "summary_chain/tiny-qwen3: 219"},
      // Agents carry the sums of their calls, in either place.
      {"otlp_pydantic_ai.jsonl",
       "otlp",
       12,
       {{"failed", 1}, {"not-a-generation", 1}, {"wrapper", 4}},
       "stream_agent/tiny-gemma3: 113; invoice_agent/tiny-llama: 37 2051; two_step_agent/tiny-qwen3: 219 "
       "1095 1276"},
      {"otlp_pydantic_ai_rollup.jsonl",
       "otlp",
       12,
       {{"failed", 1}, {"not-a-generation", 1}, {"wrapper", 4}},
       "stream_agent/tiny-gemma3: 113; invoice_agent/tiny-llama: 37 2051; two_step_agent/tiny-qwen3: 219 "
       "1095 1276"},
      // LangChain and the OpenAI client both instrumented: the inner span is a copy.
      {"otlp_double_openinference.jsonl",
       "otlp",
       8,
       {{"duplicate", 2}, {"not-a-generation", 4}},
       "triage_chain/tiny-llama: 43 151"},
      {"otlp_logs_openai_v2.jsonl",
       "otlp",
       7,
       {{"no-usage", 1}},
       "mail-summary/tiny-llama: 55 71 177; mail-summary/tiny-qwen3: 23 104 478"},
      {"otlp_metrics_openai_v2.jsonl", "no-calls", 1, {{"aggregate", 1}}, ""},
      {"otel_console_exporter.txt",
       "otel-console",
       4,
       {{"failed", 1}},
       "ticket-triage/tiny-llama: 50 259; ticket-triage/tiny-qwen3: 81"},
      // Phoenix
      {"phoenix_spans.json",
       "phoenix",
       8,
       {{"failed", 1}, {"no-usage", 1}},
       "all/tiny-gemma3: 125; all/tiny-llama: 37 69 259; all/tiny-native: 100; all/tiny-qwen3: 219"},
      {"phoenix_spans_p2.json",
       "phoenix",
       8,
       {{"embedding", 1}, {"failed", 1}, {"no-usage", 1}},
       "all/tiny-gemma3: 143; all/tiny-llama: 75 82 2051; all/tiny-native: 51"},
      {"phoenix_spans_genai.json",
       "phoenix",
       8,
       {{"failed", 1}, {"wrapper", 3}},
       "stream_agent/tiny-gemma3: 113; invoice_agent/tiny-llama: 2051; two_step_agent/tiny-qwen3: 1095 1276"},
      {"phoenix_spans_langchain.json",
       "phoenix",
       8,
       {{"failed", 1}, {"no-usage", 2}, {"not-a-generation", 4}},
       "helpdesk_agent/tiny-gemma3: 67"},
      {"phoenix_spans_otlpv1.json",
       "phoenix-otlp",
       6,
       {{"failed", 1}, {"no-usage", 1}},
       "all/tiny-gemma3: 125; all/tiny-llama: 69 259; all/tiny-native: 100"},
      {"phoenix_dataframe_epoch.jsonl", "phoenix-dataframe", 3, {{"failed", 1}}, "all/tiny-llama: 69 259"},
      {"phoenix_dataframe.jsonl",
       "phoenix-dataframe",
       18,
       {{"embedding", 1}, {"failed", 2}, {"no-usage", 2}},
       "all/tiny-gemma3: 125 143; all/tiny-llama: 37*2 69 75 82 259 2051; all/tiny-native: 51 100; "
       "all/tiny-qwen3: 219*2"},
      {"phoenix_dataframe.csv",
       "phoenix-dataframe",
       18,
       {{"embedding", 1}, {"failed", 2}, {"no-usage", 2}},
       "all/tiny-gemma3: 125 143; all/tiny-llama: 37*2 69 75 82 259 2051; all/tiny-native: 51 100; "
       "all/tiny-qwen3: 219*2"},
      // MLflow
      {"mlflow_traces.jsonl",
       "mlflow",
       10,
       {{"failed", 1}, {"no-usage", 1}, {"not-a-generation", 1}},
       "all/tiny-gemma3: 143; all/tiny-llama: 37 75 2051; two_step_job/tiny-llama: 56; all/tiny-qwen3: 219; "
       "two_step_job/tiny-qwen3: 80"},
      {"mlflow_rest_get_trace.json",
       "mlflow-rest",
       3,
       {{"not-a-generation", 1}},
       "two_step_job/tiny-llama: 56; two_step_job/tiny-qwen3: 80"},
      {"mlflow_rest_search.json", "no-calls", 1, {{"aggregate", 1}}, ""},
      {"mlflow_dataframe.jsonl",
       "mlflow",
       6,
       {{"failed", 1}, {"not-a-generation", 1}},
       "all/tiny-llama: 75 2051; two_step_job/tiny-llama: 56; two_step_job/tiny-qwen3: 80"},
      {"mlflow_dataframe.csv",
       "mlflow",
       6,
       {{"failed", 1}, {"not-a-generation", 1}},
       "all/tiny-llama: 75 2051; two_step_job/tiny-llama: 56; two_step_job/tiny-qwen3: 80"},
      // LiteLLM (see also the next test)
      {"litellm-sdk-embedding-openai.jsonl", "litellm", 3, {{"embedding", 3}}, ""},
      {"litellm-proxy-generic_api-body.json",
       "litellm",
       4,
       {{"cache-hit", 1}, {"failed", 2}},
       "all/tiny-qwen3: 70"},
      {"litellm-proxy-spendlog-payload.jsonl",
       "litellm-spend",
       16,
       {{"cache-hit", 1}},
       "all/tiny-llama: 51*2 61 91 93*2 96 97 259; all/tiny-qwen3: 55 70 96 99 109; invoice-job/tiny-qwen3: "
       "200"},
      {"litellm-proxy-json_logs-debug-excerpt.log", "no-calls", 16, {{"server-log", 16}}, ""},
      // OpenAI's form
      {"openai-client-responses.jsonl",
       "openai+no-calls+plain",
       11,
       {{"embedding", 1}, {"error-answer", 3}, {"no-usage", 1}},
       "all/tiny-llama: 8 51 61 91 701 2051"},
      {"openai-client-stream-chunks.jsonl",
       "openai-stream+plain",
       18,
       {{"stream-part", 16}},
       "all/tiny-llama: 41 111"},
      {"openai-v1-chat-stream-usage.sse", "openai-stream", 6, {{"stream-part", 5}}, "all/tiny-llama: 24"},
      {"openai-v1-chat-stream-nousage.sse", "openai-stream", 5, {{"stream-part", 5}}, ""},
      {"openai-v1-responses-stream.sse",
       "openai-stream+plain",
       11,
       {{"stream-part", 10}},
       "all/tiny-llama: 12"},
      // llm
      {"llm-logs-list.json",
       "llm",
       13,
       {{"no-usage", 1}},
       "all/tiny-llama: 8 19 21 28 61 200 259; all/tiny-llama-oai: 81 121 2051; all/tiny-native: 78 136"},
      {"llm-logs-db-turns.jsonl",
       "llm",
       13,
       {{"no-usage", 1}},
       "all/tiny-llama: 8 19 21 28 61 200 259; all/tiny-llama-oai: 81 121 2051; all/tiny-native: 78 136"},
      {"llm-0.27-logs-list.json",
       "llm",
       6,
       {{"no-usage", 1}},
       "all/tiny-llama: 61 201 259; all/tiny-llama-oai: 81 121"},
      // llama.cpp: a refusal names the prompt's true size.
      {"llamacpp-completion.jsonl",
       "llama.cpp",
       10,
       {},
       "all/: 512 701; all/my-alias: 61; all/tiny-llama: 31 61*2 121 301 500*2"},
      {"llamacpp-completion-stream.sse", "llama.cpp", 5, {{"stream-part", 4}}, "all/tiny-llama: 40"},
      {"llamacpp-chat-stream-usage.sse", "openai-stream", 8, {{"stream-part", 7}}, "all/tiny-llama: 140"},
      {"llamacpp-chat-stream-nousage.sse", "openai-stream", 6, {{"stream-part", 5}}, "all/tiny-llama: 141"},
      {"llamacpp-openai-routes.jsonl",
       "openai+llama.cpp+no-calls+messages+plain",
       15,
       {{"embedding", 2}, {"error-answer", 3}},
       "all/: 521 851; all/tiny-llama: 51 71 111*2 131 191*3"},
      {"llamacpp-models.json", "no-calls", 1, {{"listing", 1}}, ""},
      // Its log: prompts from what a slot holds at the end, or (-lv 4) from what it says itself.
      {"llamacpp-server-default.log",
       "llama.cpp-log",
       20,
       {},
       "all/tiny-llama: 31 40 51 61*2 71 111*2 121 131 140 141 191*2 301 500 512 521 701 851"},
      {"llamacpp-server-lv4.log", "llama.cpp-log", 6, {}, "all/: 61 141 191*2 500 1201"},
      {"llamacpp-server-v-autoslots.log", "llama.cpp-log", 6, {}, "all/: 61 141 191*2 500 1201"},
      {"llamacpp-server-embeddings.log", "llama.cpp-log", 5, {{"embedding", 4}, {"failed", 1}}, ""},
      // Open WebUI: one message's prompt was refused, one answer was aborted, one model cannot do what was
      // asked.
      {"openwebui-chats-all.ndjson",
       "openwebui",
       11,
       {{"failed", 1}, {"no-usage", 1}},
       "all/lc-model: 131 136 751; all/tiny-llama: 60 106 121 259; all/tiny-native: 70; all/tiny-qwen3: 200"},
      {"openwebui-chat-export.json",
       "openwebui",
       11,
       {{"failed", 1}, {"no-usage", 1}},
       "all/lc-model: 131 136 751; all/tiny-llama: 60 106 121 259; all/tiny-native: 70; all/tiny-qwen3: 200"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.file);
    const auto text = log_text(row.file);
    if (!text) continue;
    const TraceSummary summary = ingest_whole(*text);
    CHECK(summary.inputs[0].format == row.format);
    CHECK(summary.inputs[0].rows == row.rows);
    CHECK(words(summary.skipped) == row.skipped);
    CHECK(prompts(summary) == row.jobs);
    check_nothing_lost(summary);
  }
}

TEST_CASE("a log that begins or ends in the middle of a task gives the calls that it tells whole") {
  const std::string log =
      "0.1 I slot print_timing: id  1 | task 7 |        eval time =       1.68 ms /     5 tokens\n"
      "0.1 I slot      release: id  1 | task 7 | stop processing: n_tokens = 125, truncated = 0\n"
      "0.2 I slot      release: id  1 | task 8 | stop processing: n_tokens = 12, truncated = 0\n"
      "0.3 I slot print_timing: id  0 | task 9 |        eval time =       1.68 ms /     9 tokens\n"
      "0.3 I slot  context shift: id  0 | task 9 | context shift, n_keep = 0\n"
      "0.3 I slot      release: id  0 | task 9 | stop processing: n_tokens = 300, truncated = 1\n"
      "0.4 I slot print_timing: id  0 | task 10 |        eval time =       1.68 ms /     9 tokens\n";
  const TraceSummary summary = ingest_whole(log);
  CHECK(gist(summary) == "all/: p 121 g 5 t 126");
  CHECK(words(summary.skipped) == Words{{"ambiguous-usage", 1}, {"no-timings", 1}});
  CHECK(ingest_fed(std::string(4100, '\n') + log, 3, {.threads = 1, .batch = 1}).demands == summary.demands);
}

TEST_CASE("metrics in Prometheus' text form are no traces") {
  const std::string text =
      "# HELP llamacpp:prompt_tokens_total Number of prompt tokens processed.\n" + std::string(64, '\0');
  ingest::Ingestor ingestor;
  const Status status = ingestor.whole("metrics.txt", std::string_view(text).substr(0, text.size() - 64));
  REQUIRE_FALSE(status.has_value());
  CHECK(status.error().why == "these are Prometheus metrics: sums over calls, not calls");
}

TEST_CASE("LiteLLM's rows give the counts that Ollama itself reported") {
  const auto truth = shared_file("logs/litellm-logged-vs-ollama.jsonl");
  if (!truth) return;
  std::map<std::string, std::multiset<i64>>
      want;  // file -> prompt + completion of each call that was measured
  std::istringstream lines(*truth);
  for (std::string line; std::getline(lines, line);) {
    const nlohmann::json row = nlohmann::json::parse(line);
    // What no marker tells: answers that Ollama aborted, whose counts LiteLLM made up without saying so.
    const std::string file = row["file"].get<std::string>();
    if (file == "litellm-sdk-estimated-on-abort.jsonl") continue;
    const nlohmann::json& ollama = row["ollama"];
    const bool answered = ollama.is_object() && ollama.contains("prompt") && ollama["prompt"].is_number();
    if (row["cache_hit"] == true || !answered) continue;
    want[file].insert(ollama["prompt"].get<i64>() + ollama["completion"].get<i64>());
  }
  CHECK(want.size() >= 4);
  for (const auto& item : want) {
    const auto& file = item.first;
    const auto& calls = item.second;
    const auto text = shared_file("logs/" + file);
    if (!text) continue;
    CAPTURE(file);
    std::multiset<i64> totals;
    for (const Demand& demand : ingest_whole(*text).demands) {
      for (const Bin& bin : demand.pooled().total.bins) {
        for (i64 i = 0; i < bin.count; ++i) totals.insert(bin.tokens);
      }
    }
    CHECK(totals == calls);
  }
}

TEST_CASE("the same calls from a payload and from the spend table count once") {
  const auto payload = shared_file("logs/litellm-proxy-slp-a.jsonl");
  const auto spend = shared_file("logs/litellm-proxy-spendlog-payload.jsonl");
  if (!payload || !spend) return;
  ingest::Ingestor ingestor;
  for (const std::string& text : {*payload, *spend}) {
    REQUIRE(stream_into(ingestor, text).has_value());
  }
  const TraceSummary summary = finished(std::move(ingestor));
  // Seven of the nine have ids of LiteLLM's own; the other two are Ollama's, which come again.
  CHECK(words(summary.skipped) == Words{{"cache-hit", 1}, {"duplicate", 7}});
  check_nothing_lost(summary);
}
