// Transcripts and logs of coding agents, in the forms that they have had.

#include "unit/ingest/ingesting.hpp"

using namespace ctxcap;
using namespace ctxcap::test;

TEST_CASE("of the lines about one answer the last counts, and what was cached belongs to the prompt") {
  const std::string one =
      R"({"type":"assistant","sessionId":"s","uuid":"a","timestamp":"2026-03-02T08:00:00Z","message":)"
      R"({"id":"msg_1","role":"assistant","model":"m","usage":{"input_tokens":7,)"
      R"("cache_creation_input_tokens":20,"cache_read_input_tokens":300,"output_tokens":)";
  check_rows({
      {"blocks", one + "1}}}\n" + one + "9}}}\n", "all/m: p 327 g 9 t 336", {{"duplicate", 1}}},
      {"the last, not the largest",
       one + "9}}}\n" + one + "4}}}\n",
       "all/m: p 327 g 4 t 331",
       {{"duplicate", 1}}},
      {"a subagent's line",
       R"({"type":"progress","sessionId":"s","data":{"type":"agent_progress","message":{"type":"assistant",)"
       R"("message":{"id":"msg_2","role":"assistant","model":"m","usage":{"input_tokens":5,"output_tokens":2}}}}})",
       "all/m: p 5 g 2 t 7",
       {}},
      {"no time, and what stands beside: stream-json",
       R"({"type":"system","subtype":"init","session_id":"s","model":"m"})"
       "\n"
       R"({"type":"assistant","session_id":"s","message":{"id":"msg_3","type":"message","role":"assistant",)"
       R"("model":"m","usage":{"input_tokens":"5","cache_read_input_tokens":"40","output_tokens":"2"}}})"
       "\n"
       R"({"type":"result","session_id":"s","usage":{"input_tokens":90,"output_tokens":20}})",
       "all/m: p 45 g 2 t 47",
       {{"aggregate", 1}}},
      {"what is no answer is no row",
       R"({"type":"user","sessionId":"s","uuid":"u","message":{"role":"user","content":"x"}})"
       "\n"
       R"({"type":"summary","summary":"x","leafUuid":"u"})",
       "",
       {}},
      {"a conversation",
       R"({"sessionId":"s","messages":[{"id":"1","type":"user","content":"x"},{"id":"2","type":"gemini","model":"m",)"
       R"("tokens":{"input":100,"output":5,"cached":40,"thoughts":3,"tool":0,"total":108}}]})",
       "all/m: p 100 g 8 t 108",
       {}},
      {"made up by the client",
       R"({"type":"assistant","sessionId":"s","message":{"id":"x","role":"assistant","model":"<synthetic>",)"
       R"("usage":{"input_tokens":0,"output_tokens":0}}})",
       "",
       {{"no-usage", 1}}},
      {"pi",
       R"({"type":"session","version":3,"id":"s","cwd":"/"})"
       "\n"
       R"({"type":"message","id":"e1","parentId":null,"message":{"role":"assistant","model":"m","usage":)"
       R"({"input":10,"output":4,"cacheRead":80,"cacheWrite":6,"totalTokens":100}}})"
       "\n"
       R"({"type":"message","id":"e2","parentId":"e1","message":{"role":"assistant","model":"m","usage":)"
       R"({"input":11,"output":4,"cacheRead":80,"cacheWrite":0}}})",
       "all/m: p 91 96 g 4*2 t 95 100",
       {}},
  });
}

TEST_CASE("a call of Codex has the model of its turn, however the file was cut") {
  const std::string first =
      R"({"timestamp":"2026-03-02T08:00:00Z","type":"turn_context","payload":{"model":"m"}})";
  const std::string second =
      R"({"timestamp":"2026-03-02T09:00:00Z","type":"turn_context","payload":{"model":"n"}})";
  const auto call = [](int input, int output, int sum) {
    return fmt::format(
        R"({{"timestamp":"2026-03-02T08:01:00Z","type":"event_msg","payload":{{"type":"token_count","info":{{)"
        R"("total_token_usage":{{"total_tokens":{}}},"last_token_usage":{{"input_tokens":{},)"
        R"("cached_input_tokens":3,"output_tokens":{},"reasoning_output_tokens":1,"total_tokens":{}}}}}}}}})"
        "\n",
        sum, input, output, input + output);
  };
  const std::string nothing = R"({"timestamp":"2026-03-02T08:01:00Z","type":"event_msg","payload":)"
                              R"({"type":"token_count","info":null}})"
                              "\n";
  check_rows({
      {"one model",
       first + "\n" + call(10, 2, 12) + nothing + call(30, 4, 46),
       "all/m: p 10 30 g 2 4 t 12 34",
       {}},
      {"repeated for a rate limit",
       first + "\n" + call(10, 2, 12) + call(10, 2, 12),
       "all/m: p 10 g 2 t 12",
       {{"duplicate", 1}}},
      {"two models",
       first + "\n" + call(10, 2, 12) + second + "\n" + call(30, 4, 46),
       "all/m: p 10 g 2 t 12; all/n: p 30 g 4 t 34",
       {}},
      {"cut off in the middle", call(10, 2, 12) + first + "\n", "all/m: p 10 g 2 t 12", {}},
      {"no model", call(10, 2, 12), "all/: p 10 g 2 t 12", {}},
      {"sums alone",
       R"({"timestamp":"x","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":9,"output_tokens":1}}}})",
       "",
       {{"aggregate", 1}}},
      {"a turn's sum",
       R"({"type":"turn.completed","usage":{"input_tokens":900,"cached_input_tokens":4,"output_tokens":2}})",
       "",
       {{"aggregate", 1}}},
      {"an earlier form",
       R"({"id":"0","msg":{"type":"session_configured","model":"m"}})"
       "\n"
       R"({"id":"1","msg":{"type":"token_count","input_tokens":10,"cached_input_tokens":4,"output_tokens":2,"total_tokens":12}})",
       "all/m: p 10 g 2 t 12",
       {}},
      {"the app server",
       R"({"method":"thread/tokenUsage/updated","params":{"tokenUsage":{"total":{"totalTokens":12},"last":)"
       R"({"inputTokens":10,"cachedInputTokens":4,"outputTokens":2,"totalTokens":12}}}})",
       "all/: p 10 g 2 t 12",
       {}},
  });
}

TEST_CASE("the model of a turn is looked for in its own file") {
  ingest::Ingestor ingestor(ingest::Options{});
  const std::string call = R"({"timestamp":"x","type":"event_msg","payload":{"type":"token_count","info":)"
                           R"({"total_token_usage":{"total_tokens":12},"last_token_usage":)"
                           R"({"input_tokens":10,"output_tokens":2,"total_tokens":12}}}})";
  for (const std::string model : {"m", "n"}) {
    const std::string context =
        R"({"timestamp":"x","type":"turn_context","payload":{"model":")" + model + "\"}}\n";
    REQUIRE(stream_into(ingestor, context + call, std::string::npos, model).has_value());
  }
  CHECK(gist(finished(std::move(ingestor))) == "all/m: p 10 g 2 t 12; all/n: p 10 g 2 t 12");
}

TEST_CASE("messages of opencode are read wherever they lie") {
  const std::string tokens =
      R"("tokens":{"input":10,"output":4,"reasoning":3,"cache":{"read":80,"write":6}})";
  const std::string message =
      R"({"id":"msg_1","role":"assistant","modelID":"m","time":{"created":1772438400000},)" + tokens + "}";
  const std::string read = "all/m: p 96 g 7 t 103";
  check_rows({
      {"a message", message, read, {}},
      {"two states of one", message + "\n" + message, read, {{"duplicate", 1}}},
      {"a row of the database",
       R"({"id":"msg_1","session_id":"s","time_created":1772438400000,"data":)" + message + "}",
       read,
       {}},
      {"an event", R"({"type":"message.updated","properties":{"info":)" + message + "}}", read, {}},
      {"a session",
       R"({"info":{"id":"ses_1"},"messages":[{"info":{"role":"user","id":"u"},"parts":[]},{"info":)" +
           message + R"(,"parts":[]}]})",
       read,
       {}},
      {"a message of two steps",
       R"({"info":{"id":"ses_1"},"messages":[{"info":)" + message +
           R"(,"parts":[{"id":"p1","type":"step-finish",)" + tokens +
           R"(},{"id":"p2","type":"step-finish","tokens":{"input":5,"output":1,"reasoning":0,"cache":{"read":0,"write":0}}}]}]})",
       "all/m: p 5 96 g 1 7 t 6 103",
       {}},
      {"a former message",
       R"({"id":"msg_1","role":"assistant","metadata":{"time":{"created":1772438400000},"assistant":{"modelID":"m",)" +
           tokens + "}}}",
       read,
       {}},
      {"a user's", R"({"id":"msg_1","role":"user","tokens":{"input":1,"output":1}})", "", {}},
  });
}

TEST_CASE("requests of Cline and Roo are text inside of messages") {
  const auto say = [](const std::string& inside) {
    std::string text;
    for (const char c : inside) text += c == '"' ? std::string("\\\"") : std::string(1, c);
    return R"({"ts":1772438400000,"type":"say","say":"api_req_started","text":")" + text + "\"}";
  };
  const TraceSummary unsaid =
      ingest_whole("[" + say(R"({"tokensIn":100,"tokensOut":5,"cacheReads":40,"cacheWrites":0})") + "]");
  CHECK(gist(unsaid) == "all/: p 140 g 5 t 145");
  CHECK(words(unsaid.remarks) == Words{{"cache-added", 1}});
  check_rows({
      {"told by the protocol",
       "[" + say(R"({"apiProtocol":"openai","tokensIn":100,"tokensOut":5,"cacheReads":40})") + "," +
           say(R"({"apiProtocol":"anthropic","tokensIn":100,"tokensOut":5,"cacheReads":40})") + "]",
       "all/: p 100 140 g 5*2 t 105 145",
       {}},
      {"more cached than sent",
       "[" + say(R"({"tokensIn":10,"tokensOut":5,"cacheReads":40})") + "]",
       "all/: p 50 g 5 t 55",
       {}},
      {"counts behind the answer",
       "[" + say(R"({"request":"x"})") +
           R"(,{"ts":1772438400000,"say":"api_req_finished","text":{"tokensIn":"10","tokensOut":"5"}}])",
       "all/: p 10 g 5 t 15",
       {}},
      {"rows of counts",
       "ts,model,tokensIn,tokensOut,cacheReads,cacheWrites\n1772438400000,m,10,5,80,6\n",
       "all/m: p 96 g 5 t 101",
       {}},
      {"a conversation",
       R"([{"role":"user","content":"x"},{"role":"assistant","modelInfo":{"modelId":"m"},"metrics":{"tokens":{"prompt":10,"completion":5}}}])",
       "all/m: p 10 g 5 t 15",
       {{"unknown-format", 1}}},
      {"not answered yet, and other messages",
       "[" + say(R"({"request":"x"})") + R"(,{"ts":1,"type":"ask","ask":"followup","text":"x"}])",
       "",
       {}},
      {"the list of tasks",
       R"([{"id":"1","ts":1772438400000,"task":"x","tokensIn":100000,"tokensOut":500,"totalCost":0}])",
       "",
       {{"aggregate", 1}}},
  });
}

TEST_CASE("aider, Continue and n8n") {
  check_rows({
      {"aider",
       R"({"event":"message_send","time":1772438400,"properties":{"main_model":"ollama_chat/m","prompt_tokens":10,"completion_tokens":5,"total_tokens":15}})"
       "\n"
       R"({"event":"launched","time":1772438400,"properties":{"main_model":"ollama_chat/m"}})",
       "all/m: p 10 g 5 t 15",
       {}},
      {"Continue",
       R"({"eventName":"tokensGenerated","model":"m","promptTokens":10,"generatedTokens":5})"
       "\n"
       R"({"model":"m","promptTokens":10,"generatedTokens":5})"
       "\n"
       R"({"model":"m","tokens_prompt":10,"tokens_generated":5})",
       "",
       {{"estimated", 3}}},
      {"n8n",
       R"({"workflowData":{"name":"digest"},"data":{"resultData":{"runData":{"Model":[{"startTime":1772438400000,)"
       R"("inputOverride":{"ai_languageModel":[[{"json":{"options":{"model":"m"}}}]]},"data":{"ai_languageModel":)"
       R"([[{"json":{"tokenUsage":{"promptTokens":10,"completionTokens":5,"totalTokens":15}}}]]}},{"data":)"
       R"({"ai_languageModel":[[{"json":{"tokenUsageEstimate":{"promptTokens":10,"completionTokens":5}}}]]}}]}}}})",
       "digest/m: p 10 g 5 t 15",
       {{"estimated", 1}}},
      {"what a node of n8n gave out",
       R"([{"response":{},"tokenUsageEstimate":{"promptTokens":10,"completionTokens":5}}])",
       "",
       {{"estimated", 1}}},
  });
}
