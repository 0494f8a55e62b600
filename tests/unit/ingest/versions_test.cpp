// Rows that have to wait: versions of one id, and jobs that a trace's root names.

#include "unit/ingest/ingesting.hpp"

using namespace ctxcap;
using namespace ctxcap::test;

namespace {

struct Observation {
  std::string id = "o1";
  std::string trace = "t1";
  std::string parent = "null";  // JSON
  std::string type = "GENERATION";
  std::string name = "null";
  std::string trace_name = "null";
  std::string updated = "null";
  std::string start = "\"2026-08-20T09:15:02Z\"";
  std::string usage = R"({"input":10,"output":5,"total":15})";
  std::string more;
};

std::string text(const Observation& o) {
  return fmt::format(
      R"({{"id":"{}","traceId":"{}","startTime":{},"parentObservationId":{},"type":"{}","name":{},"level":"DEFAULT","environment":"default","updatedAt":{},"model":"m","modelParameters":null,"usageDetails":{},"inputUsage":0,"traceName":{}{}}})"
      "\n",
      o.id, o.trace, o.start, o.parent, o.type, o.name, o.updated, o.usage, o.trace_name, o.more);
}

constexpr const char* kEmpty = "{}";

}  // namespace

TEST_CASE("of the versions of one id the one updated last counts, wherever it stands") {
  const Observation older{.updated = "\"2026-08-20T09:15:10Z\"",
                          .usage = R"({"input":99,"output":5,"total":104})"};
  const Observation newer{.updated = "\"2026-08-20T09:15:10.001Z\""};
  for (const std::string& both : {text(older) + text(newer), text(newer) + text(older)}) {
    const TraceSummary summary = ingest_whole(both);
    CHECK(gist(summary) == "all/m: p 10 g 5 t 15");
    CHECK(words(summary.skipped) == Words{{"duplicate", 1}});
    check_nothing_lost(summary);
  }
  CHECK(first_of(ingest_whole(text(older) + text(newer)), "duplicate") == "f:1");
  CHECK(first_of(ingest_whole(text(newer) + text(older)), "duplicate") == "f:2");
}

TEST_CASE("the newest version counts even when it says less") {
  const Observation older{.updated = "\"2026-08-20T09:15:10Z\""};
  const Observation newer{.updated = "\"2026-08-20T09:15:11Z\"", .usage = kEmpty};
  CHECK(words(ingest_whole(text(older) + text(newer)).skipped) == Words{{"duplicate", 1}, {"no-usage", 1}});
}

TEST_CASE("of versions updated at the same time one with counts is taken, then the first") {
  const Observation empty{.usage = kEmpty};
  const Observation first{.usage = R"({"input":11,"output":5,"total":16})"};
  const Observation second{.usage = R"({"input":12,"output":5,"total":17})"};
  CHECK(gist(ingest_whole(text(empty) + text(first) + text(second))) == "all/m: p 11 g 5 t 16");
  CHECK(gist(ingest_whole(text(second) + text(empty) + text(first))) == "all/m: p 12 g 5 t 17");
  CHECK(words(ingest_whole(text(second) + text(empty) + text(first)).skipped) == Words{{"duplicate", 2}});
}

TEST_CASE("a version without a time of update is older than any with one") {
  const Observation light{.usage = kEmpty};
  const Observation full{.updated = "\"2026-08-20T09:15:10Z\"", .usage = kEmpty};
  const TraceSummary summary = ingest_whole(text(light) + text(full));
  CHECK(first_of(summary, "duplicate") == "f:1");
  CHECK(first_of(summary, "no-usage") == "f:2");
}

TEST_CASE("a nested call belongs to the job that its trace's root names") {
  const std::string call = text({.parent = "\"s1\"", .name = "\"ChatOllama\""});
  const std::string root = text({.id = "s1", .type = "SPAN", .name = "\"mail-triage\"", .usage = kEmpty});
  CHECK(gist(ingest_whole(call + root)) == "mail-triage/m: p 10 g 5 t 15");
  CHECK(gist(ingest_whole(root + call)) == "mail-triage/m: p 10 g 5 t 15");
  CHECK(gist(ingest_whole(call)) == "all/m: p 10 g 5 t 15");
  // The root may lie in another file: pulled apart from the calls.
  ingest::Ingestor ingestor;
  for (const std::string& part : {call, root}) {
    REQUIRE(stream_into(ingestor, part).has_value());
  }
  CHECK(gist(finished(std::move(ingestor))) == "mail-triage/m: p 10 g 5 t 15");
}

TEST_CASE("the root's name is looked for in this order") {
  struct Row {
    std::string name;
    Observation call, root;
    std::string job;
  };
  const Row rows[] = {
      {"the row's own trace name needs no root",
       {.parent = "\"s1\"", .trace_name = "\"own\""},
       {.name = "\"root\""},
       "own"},
      {"the root's trace name before its own",
       {.parent = "\"s1\""},
       {.name = "\"root\"", .trace_name = "\"trace\""},
       "trace"},
      {"a root named by a client says nothing",
       {.parent = "\"s1\"", .name = "\"step\""},
       {.name = "\"ChatOllama\""},
       "step"},
      {"another trace's root says nothing",
       {.parent = "\"s1\"", .name = "\"step\""},
       {.trace = "t2", .name = "\"root\""},
       "step"},
      {"without a root the prompt's name",
       {.parent = "\"s1\"", .name = "\"chat m\"", .more = ",\"promptName\":\"p\""},
       {.trace = "t2", .name = "\"root\""},
       "p"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Observation root = row.root;
    root.id = "s1";
    root.type = "SPAN";
    root.usage = kEmpty;
    const TraceSummary summary = ingest_whole(text(row.call) + text(root));
    REQUIRE(summary.demands.size() == 1);
    CHECK(summary.demands[0].job == row.job);
  }
}

TEST_CASE("of several roots the one that began first names the job") {
  const std::string call = text({.parent = "\"s1\""});
  const std::string late = text(
      {.id = "s1", .type = "SPAN", .name = "\"late\"", .start = "\"2026-08-20T09:00:02Z\"", .usage = kEmpty});
  const std::string early = text({.id = "s2",
                                  .type = "SPAN",
                                  .name = "\"early\"",
                                  .start = "\"2026-08-20T09:00:01Z\"",
                                  .usage = kEmpty});
  CHECK(ingest_whole(call + late + early).demands[0].job == "early");
  CHECK(ingest_whole(early + late + call).demands[0].job == "early");
}

TEST_CASE("of the versions of a root the newest names the job") {
  const std::string call = text({.parent = "\"s1\""});
  const std::string older = text({.id = "s1",
                                  .type = "SPAN",
                                  .name = "\"old\"",
                                  .updated = "\"2026-08-20T09:15:10Z\"",
                                  .start = "\"2026-08-20T09:00:01Z\"",
                                  .usage = kEmpty});
  const std::string newer = text({.id = "s1",
                                  .type = "SPAN",
                                  .name = "\"new\"",
                                  .updated = "\"2026-08-20T09:15:11Z\"",
                                  .start = "\"2026-08-20T09:00:02Z\"",
                                  .usage = kEmpty});
  for (const std::string& rows : {call + older + newer, newer + call + older, older + newer + call}) {
    CHECK(ingest_whole(rows).demands[0].job == "new");
  }
}

TEST_CASE("a root whose beginning is unknown gives way to one that has a time") {
  const std::string call = text({.parent = "\"s1\""});
  const std::string timed = text({.id = "s1", .type = "SPAN", .name = "\"timed\"", .usage = kEmpty});
  const std::string unknown =
      text({.id = "s2", .type = "SPAN", .name = "\"unknown\"", .start = "null", .usage = kEmpty});
  CHECK(ingest_whole(call + timed + unknown).demands[0].job == "timed");
  CHECK(ingest_whole(unknown + timed + call).demands[0].job == "timed");
  CHECK(ingest_whole(unknown + call).demands[0].job == "unknown");
}

TEST_CASE("a generation that is its trace's root names its own job") {
  CHECK(ingest_whole(text({.name = "\"digest\""})).demands[0].job == "digest");
}

TEST_CASE("each kind of row that is no request has its own counter") {
  struct Row {
    std::string name;
    Observation row;
    Words skipped, remarks;
  };
  const Row rows[] = {
      {"a span with counts repeats its children's", {.type = "SPAN"}, {{"wrapper", 1}}, {}},
      {"an agent with counts", {.type = "AGENT"}, {{"wrapper", 1}}, {}},
      {"a wrapper's counts may be odd", {.type = "CHAIN", .usage = R"({"total":5})"}, {{"wrapper", 1}}, {}},
      {"a span without", {.type = "SPAN", .usage = kEmpty}, {{"not-a-generation", 1}}, {}},
      {"a tool", {.type = "TOOL", .usage = "null"}, {{"not-a-generation", 1}}, {}},
      {"an embedding", {.type = "EMBEDDING", .usage = R"({"input":5,"total":5})"}, {{"embedding", 1}}, {}},
      {"provided by nobody", {.more = ",\"providedUsageDetails\":{}"}, {{"estimated", 1}}, {}},
      {"provided", {.more = ",\"providedUsageDetails\":{\"input\":10}"}, {}, {}},
      {"a price model, three keys", {.more = ",\"internalModelId\":\"x\""}, {}, {{"maybe-estimated", 1}}},
      {"a price model with a tokeniser",
       {.more = ",\"modelId\":\"x\",\"tokenizerId\":\"openai\""},
       {},
       {{"maybe-estimated", 1}}},
      {"a price model without one", {.more = ",\"modelId\":\"x\",\"tokenizerId\":null"}, {}, {}},
      {"a price model, more keys",
       {.usage = R"({"input":10,"input_cached_tokens":0,"output":5,"total":15})",
        .more = ",\"modelId\":\"x\""},
       {},
       {}},
      {"an inclusive sender",
       {.usage = R"({"input":10,"input_cached_tokens":8,"output":5,"total":15})"},
       {},
       {{"corrected-inclusive", 1}}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const TraceSummary summary = ingest_whole(text(row.row));
    CHECK(words(summary.skipped) == row.skipped);
    CHECK(words(summary.remarks) == row.remarks);
    check_nothing_lost(summary);
  }
}

TEST_CASE("failed calls count as failed, except those that measured something") {
  const auto failed = [](const std::string& message, const std::string& usage) {
    std::string row = text({.usage = usage, .more = ",\"statusMessage\":\"" + message + "\""});
    const std::string level = "\"level\":\"DEFAULT\"";
    return row.replace(row.find(level), level.size(), "\"level\":\"ERROR\"");
  };
  CHECK(words(ingest_whole(failed("context length exceeded", kEmpty)).skipped) == Words{{"failed", 1}});
  CHECK(words(ingest_whole(failed("runner stopped", R"({"total":123})")).skipped) == Words{{"failed", 1}});
  CHECK(gist(ingest_whole(failed("late", R"({"input":10,"output":5,"total":15})"))) ==
        "all/m: p 10 g 5 t 15");
  const TraceSummary refused =
      ingest_whole(failed("request (701 tokens) exceeds the available context size (512 tokens)", kEmpty));
  CHECK(gist(refused) == "all/m: p 701 g t 701");
  CHECK(words(refused.remarks) == Words{{"refused-prompt", 1}});
  CHECK(refused.demands[0].pooled().need.max() == 702);
}
