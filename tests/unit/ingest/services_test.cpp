// Tracing services and model servers in words of their own, in the forms that they have had.

#include "unit/ingest/ingesting.hpp"

using namespace ctxcap;
using namespace ctxcap::test;

TEST_CASE("spans of Jaeger, Zipkin and Tempo carry OpenTelemetry's attributes as tags") {
  const std::string tags =
      R"([{"key":"gen_ai.operation.name","value":"chat"},{"key":"gen_ai.request.model","value":"m"},)"
      R"({"key":"gen_ai.usage.input_tokens","type":"int64","value":10},)"
      R"({"key":"gen_ai.usage.output_tokens","type":"string","value":"5"}])";
  const std::string root = R"({"traceID":"t","spanID":"1","operationName":"digest","references":[],)"
                           R"("startTime":1772438400000000,"duration":9,"processID":"p","tags":[]})";
  const std::string leaf =
      R"({"traceID":"t","spanID":"2","operationName":"chat m","references":)"
      R"([{"refType":"CHILD_OF","traceID":"t","spanID":"1"}],"startTime":1772438400000000,)"
      R"("duration":9,"processID":"p","tags":)" +
      tags + "}";
  const std::string map = R"({"gen_ai.operation.name":"chat","gen_ai.request.model":"m",)"
                          R"("gen_ai.usage.input_tokens":"10","gen_ai.usage.output_tokens":"5"})";
  const std::string otlp =
      R"([{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"digest"}}]},"scopeSpans":)"
      R"([{"spans":[{"traceId":"t","spanId":"1","name":"chat m","attributes":)"
      R"([{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},)"
      R"({"key":"gen_ai.request.model","value":{"stringValue":"m"}},)"
      R"({"key":"gen_ai.usage.input_tokens","value":{"intValue":"10"}},)"
      R"({"key":"gen_ai.usage.output_tokens","value":{"intValue":"5"}}]}]}]}])";
  const std::string trace =
      R"({"traceID":"t","spans":[)" + root + "," + leaf + R"(],"processes":{"p":{"serviceName":"web"}}})";
  const std::string read = "digest/m: p 10 g 5 t 15";
  const Words no_call{{"not-a-generation", 1}};
  check_rows({
      {"Jaeger's page", R"({"data":[)" + trace + "]}", read, no_call},
      {"one trace", trace, read, no_call},
      {"spans as Jaeger stores them", root + "\n" + leaf, read, no_call},
      {"tags without dots",
       R"({"traceID":"t","spanID":"2","operationName":"chat m","process":{"serviceName":"digest"},"tag":)"
       R"({"gen_ai@usage@input_tokens":10,"gen_ai@usage@output_tokens":5,"gen_ai@request@model":"m"}})",
       read,
       {}},
      {"Jaeger's third API", R"({"result":{"resourceSpans":)" + otlp + "}}", read, {}},
      {"Tempo", R"({"batches":)" + otlp + "}", read, {}},
      {"Tempo, second API", R"({"trace":{"resourceSpans":)" + otlp + "}}", read, {}},
      {"Zipkin",
       R"([[{"traceId":"t","id":"1","name":"digest","timestamp":1772438400000000,"localEndpoint":{}},)"
       R"({"traceId":"t","id":"2","parentId":"1","name":"chat m","timestamp":1772438400000000,"duration":9,"tags":)" +
           map + "}]]",
       read, no_call},
      {"Zipkin's first API",
       R"([{"traceId":"t","id":"1","name":"chat m","localEndpoint":{"serviceName":"digest"},"binaryAnnotations":)" +
           tags + "}]",
       read,
       {}},
  });
}

TEST_CASE("rows of OpenTelemetry's tables") {
  const auto row = [](const std::string& attributes) {
    return R"({"Timestamp":"2026-03-02 08:00:00.000000000","TraceId":"t","SpanId":"1","ParentSpanId":"",)"
           R"("SpanName":"chat m","ServiceName":"digest","Duration":"9000","StatusCode":"Ok","SpanAttributes":)" +
           attributes + "}";
  };
  const std::string read = "digest/m: p 10 g 5 t 15";
  check_rows({
      {"a map",
       row(R"({"gen_ai.request.model":"m","gen_ai.usage.input_tokens":"10","gen_ai.usage.output_tokens":"5"})"),
       read,
       {}},
      {"an object of objects",
       row(R"({"gen_ai":{"request":{"model":"m"},"usage":{"input_tokens":10,"output_tokens":5}}})"),
       read,
       {}},
      {"text",
       row(R"("{'gen_ai.request.model':'m','gen_ai.usage.input_tokens':'10','gen_ai.usage.output_tokens':'5'}")"),
       read,
       {}},
      {"CSV",
       "Timestamp,TraceId,SpanId,ParentSpanId,SpanName,ServiceName,SpanAttributes\n"
       "2026-03-02 08:00:00,t,1,,chat "
       "m,digest,\"{'gen_ai.request.model':'m','gen_ai.usage.input_tokens':'10',"
       "'gen_ai.usage.output_tokens':'5'}\"\n",
       read,
       {}},
      {"Quickwit",
       R"({"trace_id":"t","span_id":"1","span_name":"chat m","service_name":"digest","span_start_timestamp_nanos":1772438400000000000,)"
       R"("span_attributes":{"gen_ai.request.model":"m","gen_ai.usage.input_tokens":10,"gen_ai.usage.output_tokens":5}})",
       read,
       {}},
      {"Logfire",
       R"({"trace_id":"t","span_id":"1","parent_span_id":null,"span_name":"digest","start_timestamp":"2026-03-02T08:00:00Z",)"
       R"("attributes":{"gen_ai.operation.name":"chat","gen_ai.request.model":"m","gen_ai.usage.input_tokens":10,"gen_ai.usage.output_tokens":5}})",
       read,
       {}},
      {"SigNoz",
       R"({"timestamp":"2026-03-02T08:00:00Z","trace_id":"t","span_id":"1","name":"chat m","serviceName":"digest",)"
       R"("attributes_string":{"gen_ai.request.model":"m"},)"
       R"("attributes_number":{"gen_ai.usage.input_tokens":10,"gen_ai.usage.output_tokens":5}})",
       read,
       {}},
      {"log records",
       R"({"Timestamp":"2026-03-02 08:00:00","ServiceName":"digest","Body":"claude_code.api_request","LogAttributes":)"
       R"({"event.name":"api_request","model":"m","input_tokens":"4","cache_read_tokens":"6","output_tokens":"5"}})",
       read,
       {}},
  });
}

TEST_CASE("events of coding agents: what was cached stands beside the input") {
  const auto event = [](const std::string& name, const std::string& input) {
    return R"({"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1772438400000000000","attributes":[)"
           R"({"key":"event.name","value":{"stringValue":")" +
           name + R"("}},{"key":"model","value":{"stringValue":"m"}},{"key":"input_tokens","value":)" +
           input +
           R"(},{"key":"cache_read_tokens","value":{"intValue":"80"}},)"
           R"({"key":"cache_creation_tokens","value":{"stringValue":"6"}},)"
           R"({"key":"output_tokens","value":{"stringValue":"4"}}]}]}]}]})";
  };
  check_rows({
      {"text", event("api_request", R"({"stringValue":"10"})"), "all/m: p 96 g 4 t 100", {}},
      {"numbers", event("claude_code.api_request", R"({"intValue":10})"), "all/m: p 96 g 4 t 100", {}},
      {"another event", event("tool_result", R"({"intValue":10})"), "", {{"wrapper", 1}}},
      {"cached inside of it",
       R"({"resourceLogs":[{"scopeLogs":[{"logRecords":[{"attributes":[)"
       R"({"key":"event.name","value":{"stringValue":"gemini_cli.api_response"}},)"
       R"({"key":"model","value":{"stringValue":"m"}},{"key":"input_token_count","value":{"intValue":"90"}},)"
       R"({"key":"cached_content_token_count","value":{"intValue":"80"}},)"
       R"({"key":"thoughts_token_count","value":{"intValue":"6"}},)"
       R"({"key":"output_token_count","value":{"intValue":"4"}},)"
       R"({"key":"total_token_count","value":{"intValue":"100"}}]}]}]}]})",
       "all/m: p 90 g 10 t 100",
       {}},
  });
}

TEST_CASE("around the steps of the AI SDK stands a span with their sum") {
  const auto span = [](const std::string& id, const std::string& parent, const std::string& operation,
                       int input) {
    return fmt::format(R"({{"traceId":"t","spanId":"{}",{}"name":"{}","attributes":[)"
                       R"({{"key":"ai.operationId","value":{{"stringValue":"{}"}}}},)"
                       R"({{"key":"ai.telemetry.functionId","value":{{"stringValue":"digest"}}}},)"
                       R"({{"key":"ai.model.id","value":{{"stringValue":"m"}}}},)"
                       R"({{"key":"ai.usage.promptTokens","value":{{"intValue":"{}"}}}},)"
                       R"({{"key":"ai.usage.completionTokens","value":{{"intValue":"5"}}}}]}})",
                       id, parent.empty() ? "" : R"("parentSpanId":")" + parent + "\",", operation, operation,
                       input);
  };
  const auto file = [](const std::string& spans) {
    return R"({"resourceSpans":[{"scopeSpans":[{"scope":{"name":"ai"},"spans":[)" + spans + "]}]}]}";
  };
  check_rows({
      {"steps",
       file(span("1", "", "ai.streamText", 30) + "," + span("2", "1", "ai.streamText.doStream", 10) + "," +
            span("3", "1", "ai.streamText.doStream", 20)),
       "digest/m: p 10 20 g 5*2 t 15 25",
       {{"wrapper", 1}}},
      {"former names",
       R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"t","spanId":"1","name":"x","attributes":[)"
       R"({"key":"operation.name","value":{"stringValue":"ai.generateText.doGenerate digest"}},)"
       R"({"key":"ai.model.id","value":{"stringValue":"m"}},)"
       R"({"key":"ai.usage.inputTokens","value":{"intValue":"10"}},)"
       R"({"key":"ai.usage.outputTokens","value":{"intValue":"5"}}]}]}]}]})",
       "digest/m: p 10 g 5 t 15",
       {}},
      {"embeddings", file(span("1", "", "ai.embed.doEmbed", 30)), "", {{"embedding", 1}}},
  });
}

TEST_CASE("of rows around each other only the innermost count, and the root names the job") {
  const std::string read = "digest/m: p 10 20 g 5*2 t 15 25";
  check_rows({
      {"Datadog",
       R"({"data":[{"id":"x","type":"span","attributes":{"span_id":"1","trace_id":"t","parent_id":"undefined","name":"digest","span_kind":"workflow","metrics":{"input_tokens":30,"output_tokens":10}}},)"
       R"({"id":"y","type":"span","attributes":{"span_id":"2","trace_id":"t","parent_id":"1","name":"ollama.chat","span_kind":"llm","model_name":"m","metrics":{"input_tokens":10,"output_tokens":5,"total_tokens":15}}},)"
       R"({"id":"z","type":"span","attributes":{"span_id":"3","trace_id":"t","parent_id":"1","name":"ollama.chat","span_kind":"llm","model_name":"m","metrics":{"input_tokens":"20","output_tokens":"5"}}}]})",
       read,
       {{"wrapper", 1}}},
      {"Datadog, as it is sent",
       R"({"data":{"type":"span","attributes":{"ml_app":"digest","spans":[)"
       R"({"span_id":"2","trace_id":"t","parent_id":"undefined","name":"chat","meta":{"kind":"llm","metadata":{"model_name":"m"}},"metrics":{"input_tokens":10,"output_tokens":5}},)"
       R"({"span_id":"3","trace_id":"u","parent_id":"undefined","name":"chat","meta":{"kind":"llm","model_name":"m"},"metrics":{"input_tokens":20,"output_tokens":5}}]}}})",
       read,
       {}},
      {"Weave",
       R"({"id":"1","op_name":"weave:///e/p/op/digest:v1","trace_id":"t","parent_id":null,"summary":{"usage":{"m":{"requests":2,"prompt_tokens":30,"completion_tokens":10}}}})"
       "\n"
       R"({"id":"2","op_name":"weave:///e/p/op/openai.chat.completions.create:v1","trace_id":"t","parent_id":"1","summary":{"usage":{"m":{"requests":1,"prompt_tokens":10,"completion_tokens":5,"total_tokens":15}}}})"
       "\n"
       R"({"id":"3","op_name":"weave:///e/p/op/openai.chat.completions.create:v1","trace_id":"t","parent_id":"1","summary":{"usage":{"m":{"requests":1,"input_tokens":20,"output_tokens":5}}}})",
       read,
       {{"aggregate", 1}}},
      {"Weave, around a single call",
       R"({"id":"1","op_name":"weave:///e/p/op/digest:v1","trace_id":"t","parent_id":null,"summary":{"usage":{"m":{"requests":1,"prompt_tokens":10,"completion_tokens":5}}}})"
       "\n"
       R"({"id":"2","op_name":"weave:///e/p/op/openai.chat.completions.create:v1","trace_id":"t","parent_id":"1","summary":{"usage":{"m":{"requests":1,"prompt_tokens":10,"completion_tokens":5}}}})",
       "digest/m: p 10 g 5 t 15",
       {{"wrapper", 1}}},
      {"Braintrust",
       R"({"events":[{"id":"1","span_id":"1","root_span_id":"1","span_parents":null,"metrics":{"start":1772438400.5},"span_attributes":{"name":"digest","type":"task"}},)"
       R"({"id":"2","span_id":"2","root_span_id":"1","span_parents":["1"],"metadata":{"model":"m"},"metrics":{"prompt_tokens":10,"completion_tokens":5,"tokens":15,"prompt_cached_tokens":8},"span_attributes":{"name":"Chat Completion","type":"llm"}},)"
       R"({"id":"3","span_id":"3","root_span_id":"1","span_parents":["1"],"metadata":{"model":"m"},"metrics":{"prompt_tokens":20,"completion_tokens":5},"span_attributes":{"name":"Chat Completion","type":"llm"}}]})",
       read,
       {{"not-a-generation", 1}}},
      {"LangSmith",
       R"({"id":"1","name":"digest","run_type":"chain","parent_run_id":null,"trace_id":"1","prompt_tokens":30,"completion_tokens":10})"
       "\n"
       R"({"id":"2","name":"ChatOllama","run_type":"llm","parent_run_id":"1","trace_id":"1","tags":["seq:step:1"],"extra":{"metadata":{"ls_model_name":"m"},"invocation_params":{"num_ctx":4096}},"prompt_tokens":10,"completion_tokens":5,"total_tokens":15})"
       "\n"
       R"({"id":"3","name":"ChatOllama","run_type":"llm","parent_run_id":"1","trace_id":"1","extra":{"metadata":{"ls_model_name":"m","usage_metadata":{"input_tokens":20,"output_tokens":5,"input_token_details":{"cache_read":9}}}},"prompt_tokens":0})",
       read,
       {{"wrapper", 1}}},
      {"LangSmith, runs inside of runs",
       R"({"id":"1","name":"digest","run_type":"chain","trace_id":"1","child_runs":[)"
       R"({"id":"2","name":"ChatOllama","run_type":"llm","parent_run_id":"1","trace_id":"1","extra":{"invocation_params":{"model":"m"}},"outputs":{"llm_output":{"token_usage":{"prompt_tokens":10,"completion_tokens":5}}}},)"
       R"({"id":"3","name":"ChatOllama","run_type":"llm","parent_run_id":"1","trace_id":"1","extra":{"invocation_params":{"model":"m"}},"outputs":{"usage_metadata":{"input_tokens":20,"output_tokens":5}}}]})",
       read,
       {{"not-a-generation", 1}}},
  });
}

TEST_CASE("model servers in words of their own") {
  check_rows({
      {"SGLang",
       R"({"text":"x","meta_info":{"id":"a","prompt_tokens":10,"completion_tokens":5,"cached_tokens":8,"finish_reason":{"type":"stop"}}})",
       "all/: p 10 g 5 t 15",
       {}},
      {"SGLang, inside of what a log keeps",
       R"({"model":"m","response":{"text":"x","meta_info":{"id":"a","prompt_tokens":"10","completion_tokens":"5"}}})",
       "all/m: p 10 g 5 t 15",
       {}},
      {"SGLang, a batch",
       R"({"outputs":[{"meta_info":{"id":"a","prompt_tokens":10,"completion_tokens":5}}]})",
       "all/: p 10 g 5 t 15",
       {}},
      {"SGLang, a stream",
       R"(data: {"text":"x","meta_info":{"id":"a","prompt_tokens":10,"completion_tokens":1,"finish_reason":null}})"
       "\n\n"
       R"(data: {"text":"xy","meta_info":{"id":"a","prompt_tokens":10,"completion_tokens":5,"finish_reason":{"type":"stop"}}})"
       "\n\ndata: [DONE]\n",
       "all/: p 10 g 5 t 15",
       {{"duplicate", 1}}},
      {"LM Studio's log",
       R"({"timestamp":1772438400000,"data":{"type":"llm.prediction.input","modelIdentifier":"m","input":"x"}})"
       "\n"
       R"({"timestamp":1772438400000,"data":{"type":"llm.prediction.output","modelIdentifier":"m","stats":{"promptTokensCount":10,"predictedTokensCount":5,"totalTokensCount":15}}})",
       "all/m: p 10 g 5 t 15",
       {}},
      {"LM Studio's log, a level deeper",
       R"({"data":{"type":"llm.prediction.output","modelIdentifier":"m","output":{"stats":{"promptTokensCount":10,"predictedTokensCount":5}}}})",
       "all/m: p 10 g 5 t 15",
       {}},
      {"LM Studio's log without counts",
       R"({"data":{"type":"llm.prediction.output","modelIdentifier":"m","output":"x"}})",
       "",
       {{"no-usage", 1}}},
      {"LM Studio's SDK",
       R"({"content":"x","stats":{"promptTokensCount":10,"predictedTokensCount":5},"modelInfo":{"identifier":"m"}})",
       "all/m: p 10 g 5 t 15",
       {}},
      {"LM Studio's API",
       R"({"model_instance_id":"m","output":[],"stats":{"input_tokens":10,"total_output_tokens":5,"reasoning_output_tokens":2}})",
       "all/m: p 10 g 5 t 15",
       {}},
      {"a benchmark",
       R"({"date":"20260302-080000","model_id":"m","completed":2,"total_input_tokens":40,"input_lens":[10,20,10],"output_lens":[5,5,0],"errors":["","","refused"]})",
       "all/m: p 10 20 g 5*2 t 15 25",
       {{"failed", 1}}},
      {"a benchmark's sums",
       R"({"date":"20260302-080000","model_id":"m","completed":2,"total_input_tokens":30,"total_output_tokens":10})",
       "",
       {{"aggregate", 1}}},
  });
}
