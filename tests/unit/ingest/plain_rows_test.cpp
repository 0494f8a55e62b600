// Plain rows, CSV, and what --map can say.

#include "unit/ingest/ingesting.hpp"

using namespace ctxcap;
using namespace ctxcap::test;

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

ingest::Options mapped(const Pairs& pairs) {
  auto mapping = ingest::mapping_of(pairs);
  REQUIRE(mapping.has_value());
  return {.mapping = *mapping};
}

struct Row {
  std::string name, text, gist;
  Words skipped;
};

}  // namespace

TEST_CASE("plain rows are read under the names that people use") {
  const Row rows[] = {
      {"OpenAI's", R"({"model":"m","prompt_tokens":10,"completion_tokens":5})", "all/m: p 10 g 5 t 15", {}},
      {"strings",
       R"({"model":"m","prompt_tokens":"10","completion_tokens":"5"})",
       "all/m: p 10 g 5 t 15",
       {}},
      {"pandas", R"({"model":"m","prompt_tokens":10.0,"completion_tokens":5.0})", "all/m: p 10 g 5 t 15", {}},
      {"Anthropic's", R"({"model":"m","input_tokens":10,"output_tokens":5})", "all/m: p 10 g 5 t 15", {}},
      {"Mooncake's",
       R"({"timestamp": 27482, "input_length": 6955, "output_length": 52, "hash_ids": [46, 47]})",
       "all/: p 6955 g 52 t 7007",
       {}},
      {"Ollama's",
       R"({"model":"m","done":true,"prompt_eval_count":10,"eval_count":5})",
       "all/m: p 10 g 5 t 15",
       {}},
      {"Ollama's, on the way",
       R"({"model":"m","done":false,"message":{"content":"x"}})",
       "",
       {{"stream-part", 1}}},
      {"Ollama's, cached away", R"({"model":"m","done":true,"eval_count":5})", "", {{"no-usage", 1}}},
      {"nested",
       R"({"model":"m","usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15}})",
       "all/m: p 10 g 5 t 15",
       {}},
      {"nested, with details",
       R"({"model":"m","usage":{"input_tokens":10,"input_tokens_details":{"cached_tokens":4},"output_tokens":5}})",
       "all/m: p 10 g 5 t 15",
       {}},
      {"nested, three spellings",
       R"({"model":"m","usage":{"input_tokens":99,"prompt_eval_count":10,"eval_count":5,"output_tokens":99}})",
       "all/m: p 10 g 5 t 15",
       {}},
      {"an unknown answer",
       R"({"model":"m","prompt_tokens":10,"completion_tokens":null})",
       "all/m: p 10 g t 10",
       {}},
      {"nulls", R"({"model":"m","prompt_tokens":null,"completion_tokens":null})", "", {{"no-usage", 1}}},
      {"a stream without usage",
       R"({"model":"m","usage":{"prompt_tokens":0,"completion_tokens":0}})",
       "",
       {{"no-usage", 1}}},
      {"a failure",
       R"({"model":"m","prompt_tokens":0,"completion_tokens":0,"status":"failure"})",
       "",
       {{"failed", 1}}},
      {"a refusal that names the size",
       R"-({"model":"m","usage":null,"error":{"message":"request (701 tokens) exceeds the available context size (512 tokens)"}})-",
       "all/m: p 701 g t 701",
       {}},
      {"embeddings",
       R"({"object":"list","model":"m","usage":{"prompt_tokens":10,"total_tokens":10}})",
       "",
       {{"embedding", 1}}},
      {"a prefix and a tag",
       R"({"model":"ollama_chat/m:latest","prompt_tokens":10,"completion_tokens":5})",
       "all/m: p 10 g 5 t 15",
       {}},
      {"named",
       R"({"name":"mail","model":"m","prompt_tokens":10,"completion_tokens":5})",
       "mail/m: p 10 g 5 t 15",
       {}},
      {"tagged",
       R"({"name":"generate","tags":["t1","t2"],"model":"m","prompt_tokens":10,"completion_tokens":5})",
       "t1/m: p 10 g 5 t 15",
       {}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const TraceSummary summary = ingest_whole(row.text);
    CHECK(gist(summary) == row.gist);
    CHECK(words(summary.skipped) == row.skipped);
    check_nothing_lost(summary);
  }
}

TEST_CASE("an answer of unknown length still needs room for one token") {
  const TraceSummary summary = ingest_whole(R"({"prompt_tokens":10}
{"prompt_tokens":20,"completion_tokens":0}
{"prompt_tokens":30,"completion_tokens":4}
)");
  const DayDemand all = summary.demands.at(0).pooled();
  CHECK(all.need == make_histogram({{11, 1}, {21, 1}, {34, 1}}));
  CHECK(all.total == make_histogram({{10, 1}, {20, 1}, {34, 1}}));
  CHECK(all.generation == make_histogram({{0, 1}, {4, 1}}));
}

TEST_CASE("what a plain row asked for is found at its top or under options") {
  const TraceSummary summary = ingest_whole(
      R"({"prompt_tokens":1,"num_ctx":4096,"max_tokens":7}
{"prompt_tokens":1,"options":{"num_ctx":8192,"num_predict":-1}}
{"prompt_tokens":1,"options":"{\"num_ctx\":\"8192\",\"num_predict\":9}"}
)");
  CHECK(summary.demands.at(0).num_ctx_asked == std::map<Tokens, i64>{{4096, 1}, {8192, 2}});
  CHECK(summary.demands.at(0).num_predict_asked == std::map<Tokens, i64>{{7, 1}, {9, 1}});
}

TEST_CASE("rows fall on UTC days, and on none when their time is unknown") {
  const TraceSummary summary = ingest_whole(
      R"({"prompt_tokens":1,"timestamp":"2026-08-20T23:30:00-02:00"}
{"prompt_tokens":2,"created":1787217302}
{"prompt_tokens":3,"timestamp":27482}
{"prompt_tokens":4}
)");
  const Demand& demand = summary.demands.at(0);
  REQUIRE(demand.days.size() == 3);
  CHECK(demand.days.at(kUnknownDay).prompt.count() == 2);
  CHECK(demand.days.at(day_of(*parse_time("2026-08-21T00:00:00Z"))).prompt.max() == 1);
  CHECK(rfc3339(*demand.from) == "2026-08-20T09:15:02Z");
  CHECK(rfc3339(*demand.to) == "2026-08-21T01:30:00Z");
}

TEST_CASE("CSV is read as RFC 4180 has it") {
  const Row rows[] = {
      {"plain",
       "model,prompt_tokens,completion_tokens\nm,10,5\nm,20,6\n",
       "all/m: p 10 20 g 5 6 t 15 26",
       {}},
      {"CRLF, no line end at the end",
       "TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:17:03.9799600,4808,10",
       "all/: p 4808 g 10 t 4818",
       {}},
      {"byte order mark", "\xef\xbb\xbfprompt_tokens,completion_tokens\n10,5\n", "all/: p 10 g 5 t 15", {}},
      {"quotes, commas and line breaks inside",
       "name,prompt_tokens,\"completion_tokens\"\n\"a \"\"b\"\",\nc\",10,\"5\"\n",
       "a \"b\",\nc/: p 10 g 5 t 15",
       {}},
      {"semicolons", "prompt_tokens;completion_tokens\n10;5\n", "all/: p 10 g 5 t 15", {}},
      {"tabs", "prompt_tokens\tcompletion_tokens\n10\t5\n", "all/: p 10 g 5 t 15", {}},
      {"blank lines", "prompt_tokens,completion_tokens\n\n10,5\n\r\n", "all/: p 10 g 5 t 15", {}},
      {"empty cells",
       "prompt_tokens,completion_tokens\n10,\n,5\n,\n",
       "all/: p 10 g t 10",
       {{"no-usage", 2}}},
      {"too few and too many cells",
       "prompt_tokens,completion_tokens\n10\n10,5\n10,5,6\n",
       "all/: p 10 g 5 t 15",
       {{"bad-csv", 2}}},
      {"a quote that never closes",
       "prompt_tokens,completion_tokens\n10,5\n\"10,5\n10,5\n",
       "all/: p 10*2 g 5*2 t 15*2",
       {{"bad-csv", 1}}},
      {"quotes that never close, one behind another",
       "prompt_tokens,name\n10,a\n11,\"a\n12,a\n13,\"a\n14,a",
       "a/: p 10 12 14 g t 10 12 14",
       {{"bad-csv", 2}}},
      {"a quote that never closes before cells in quotes",
       "prompt_tokens,name\n11,\"a\n12,\"a\"\n13,\"a\"\"\nb\"\n",
       "a/: p 12 g t 12; a\"\nb/: p 13 g t 13",
       {{"bad-csv", 1}}},
      {"inch marks",
       "prompt_tokens,name\n10,12\" disk\n11,12\" disk\n12,12\"\n13,12\" disk\n14,\"12\" disk\"\n15,12\"\n",
       "12\"/: p 12 15 g t 12 15; 12\" disk/: p 10 11 13 g t 10 11 13",
       {{"bad-csv", 1}}},
      {"a quote at the end", "prompt_tokens,name\n10,a\n11,\"", "a/: p 10 g t 10", {{"bad-csv", 1}}},
      {"text behind a quote", "prompt_tokens,completion_tokens\n\"10\"x,5\n", "", {{"bad-csv", 1}}},
      {"counts that are none",
       "prompt_tokens,completion_tokens\nmany,5\n-1,5\n10.5,5\n",
       "",
       {{"bad-tokens", 2}, {"negative-tokens", 1}}},
      {"a column twice", "prompt_tokens,prompt_tokens\n10,5\n", "", {{"duplicate-key", 1}}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const TraceSummary summary = ingest_whole(row.text);
    CHECK(gist(summary) == row.gist);
    CHECK(words(summary.skipped) == row.skipped);
    check_nothing_lost(summary);
  }
}

TEST_CASE("a CSV record's place is its first line, also behind records with line breaks") {
  const TraceSummary summary = ingest_whole("name,prompt_tokens\n\"a\nb\nc\",1\nx,-1\n");
  CHECK(first_of(summary, "negative-tokens") == "f:5");
}

TEST_CASE("--map names columns that nobody knows") {
  const TraceSummary summary =
      ingest_whole("When,Task,In,Out\n2026-08-20 09:00:00,mail,10,5\n2026-08-20 10:00:00,,20,6\n",
                   mapped({{"prompt", "In"}, {"generation", "Out"}, {"job", "Task"}, {"time", "When"}}));
  CHECK(gist(summary) == "all/: p 20 g 6 t 26; mail/: p 10 g 5 t 15");
  CHECK(summary.inputs[0].format == "mapped");
  CHECK(rfc3339(*summary.demands[1].from) == "2026-08-20T09:00:00Z");
}

TEST_CASE("--map leads into JSON by dots, and a key with dots is tried first") {
  const TraceSummary summary = ingest_whole(
      R"({"m":{"in":10,"out":5},"meta":{"team":"t1"},"model":"x"}
{"m.in":20,"m":{"in":99,"out":6},"meta":"{\"team\":\"t2\"}","model":"x"}
{"m":{"out":6}}
{"other":1}
)",
      mapped({{"prompt", "m.in"}, {"generation", "m.out"}, {"job", "meta.team"}}));
  CHECK(gist(summary) == "t1/x: p 10 g 5 t 15; t2/x: p 20 g 6 t 26");
  CHECK(words(summary.skipped) == Words{{"no-usage", 1}, {"unknown-format", 1}});
}

TEST_CASE("--map of job, model and id works on every format") {
  const TraceSummary summary = ingest_whole(fixture("langfuse/observations_v2_page1.json"),
                                            mapped({{"job", "sessionId"}, {"model", "version"}}));
  CHECK(gist(summary) ==
        "sess-42/qwen3:8b: p 4095 8101 g 33 90 t 4128 8191");  // an empty version changes nothing
  const TraceSummary once =
      ingest_whole("{\"call\":\"a\",\"prompt_tokens\":1}\n{\"call\":\"a\",\"prompt_tokens\":1}\n",
                   mapped({{"id", "call"}}));
  CHECK(words(once.skipped) == Words{{"duplicate", 1}});
}

TEST_CASE("a mapping that makes no sense is an error with a hint") {
  for (const Pairs& pairs :
       {Pairs{{"prompts", "x"}}, Pairs{{"prompt", ""}}, Pairs{{"prompt", "a"}, {"prompt", "b"}}}) {
    const auto mapping = ingest::mapping_of(pairs);
    REQUIRE_FALSE(mapping.has_value());
    CHECK(mapping.error().kind == ErrorKind::usage);
    CHECK(mapping.error().hint.starts_with("--map prompt="));
  }
  CHECK(ingest::mapping_of(Pairs{{"prompts", "x"}}).error().why ==
        "it is not a part of a call; did you mean prompt?");
}

TEST_CASE("a CSV whose columns say nothing is an error that lists them") {
  const std::string text = "a,b,c\n1,2,3\n" + std::string(64, '\0');
  ingest::Ingestor ingestor;
  const Status status = ingestor.whole("x.csv", std::string_view(text).substr(0, text.size() - 64));
  REQUIRE_FALSE(status.has_value());
  CHECK(status.error().what == "cannot tell which column of 'x.csv' holds the prompt tokens");
  CHECK(status.error().why == "its columns are: a, b, c");
  CHECK(status.error().hint == "--map prompt=COLUMN,generation=COLUMN");
}

TEST_CASE("a first line that may be somebody's prompt is not shown") {
  struct Row {
    std::string line, why;
  };
  for (const Row& row : std::initializer_list<Row>{
           {"Tokens In,cost-2 (USD),_x", "its columns are: Tokens In, cost-2 (USD), _x"},
           {"10,my secret,5", "its first line has 3 columns, and does not look like their names"},
           {"Dear all; who knows?,x", "its first line has 2 columns, and does not look like their names"},
           {"a," + std::string(41, 'b'),
            "its first line has 2 columns, and does not look like their names"}}) {
    CAPTURE(row.line);
    const std::string text = row.line + "\n1,2\n" + std::string(64, '\0');
    ingest::Ingestor ingestor;
    const Status status = ingestor.whole("x.csv", std::string_view(text).substr(0, text.size() - 64));
    REQUIRE_FALSE(status.has_value());
    CHECK(status.error().why == row.why);
  }
}

TEST_CASE("a time that nobody can read is remarked on, a counter is not") {
  const TraceSummary summary = ingest_whole(
      R"({"prompt_tokens":1,"timestamp":"yesterday"}
{"prompt_tokens":2,"timestamp":"2026-06-10T09:15:02Z"}
{"prompt_tokens":3,"timestamp":3599000}
{"prompt_tokens":4,"timestamp":null}
{"prompt_tokens":5,"timestamp":"","time":"2026-06-10T09:15:02Z"}
{"prompt_tokens":6,"timestamp":"soon","time":"2026-06-10T09:15:02Z"}
{"prompt_tokens":7,"id":"x","timestamp":"2026-13-40"}
{"prompt_tokens":-7,"timestamp":"2026-13-40"}
)");
  CHECK(words(summary.remarks) == Words{{"bad-time", 2}});
  REQUIRE(summary.remarks.size() == 1);
  CHECK(summary.remarks[0].first == "f:1");
  check_nothing_lost(summary);
}
