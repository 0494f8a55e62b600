// The invented payloads in fixtures/traces/langfuse: where each of their rows must end.

#include "unit/ingest/ingesting.hpp"

using namespace ctxcap;
using namespace ctxcap::test;

namespace {

struct Row {
  std::string file;
  std::string format;
  i64 rows;
  std::string gist;
  Words skipped;
};

}  // namespace

TEST_CASE("every payload of the Langfuse family ends where it belongs") {
  const Row rows[] = {
      // A prompt cut at half its window, an empty usage that the API shows as 0, cached and reasoning keys.
      {"observations_v1_page.json",
       "langfuse-v1",
       3,
       "all/qwen3:8b: p 4098 g 611 t 4709; triage-system/qwen3:8b: p 2020 g 136 t 2156",
       {{"no-usage", 1}}},
      {"observations_v1_page_cloud_deprecated.json",
       "langfuse-v1",
       1,
       "all/qwen3:8b: p 4098 g 611 t 4709",
       {}},
      {"observations_v2_page1.json",
       "langfuse-v2",
       2,
       "invoice-extract/qwen3:8b: p 4095 8101 g 33 90 t 4128 8191",
       {}},
      // One id twice, the older version without counts; a judge's row.
      {"observations_v2_page_last.json",
       "langfuse-v2",
       3,
       "chat-ui/gemma3:12b: p 2047 g 512 t 2559",
       {{"duplicate", 1}, {"judge", 1}}},
      {"observations_v2_empty.json", "empty", 0, "", {}},
      {"ui_export_events.json",
       "langfuse-ui-events",
       3,
       "invoice-extract/qwen3:8b: p 4095 8101 g 33 90 t 4128 8191",
       {{"not-a-generation", 1}}},
      {"ui_export_events.jsonl",
       "langfuse-ui-events",
       3,
       "invoice-extract/qwen3:8b: p 4095 8101 g 33 90 t 4128 8191",
       {{"not-a-generation", 1}}},
      {"ui_export_events.csv",
       "langfuse-ui-events",
       3,
       "invoice-extract/qwen3:8b: p 4095 8101 g 33 90 t 4128 8191",
       {{"not-a-generation", 1}}},
      // The second row's counts were made by Langfuse's tokeniser: providedUsageDetails is empty.
      {"ui_export_observations.jsonl",
       "langfuse-ui-observations",
       2,
       "ticket-summary/qwen3:8b: p 4098 g 611 t 4709",
       {{"estimated", 1}}},
      {"blob_observations_legacy.jsonl",
       "langfuse-blob",
       2,
       "all/qwen3:8b: p 4098 g 611 t 4709",
       {{"no-usage", 1}}},
      {"blob_observations_v2.jsonl",
       "langfuse-blob",
       3,
       "invoice-extract/qwen3:8b: p 4095 6120 8101 g 33 90 400 t 4128 6520 8191",
       {}},
      {"blob_manifest.json", "no-calls", 1, "", {{"status-answer", 1}}},
      {"health.json", "no-calls", 1, "", {{"status-answer", 1}}},
      {"error_bodies.json", "unknown", 19, "", {{"error-answer", 19}}},
      {"metrics_v1_response_timeseries.json", "no-calls", 2, "", {{"aggregate", 2}}},
      {"metrics_v2_response.json", "no-calls", 2, "", {{"aggregate", 2}}},
      {"metrics_v2_request_query.json", "no-calls", 1, "", {{"status-answer", 1}}},
      {"clickhouse_histogram.jsonl", "no-calls", 3, "", {{"aggregate", 3}}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.file);
    const TraceSummary summary = ingest_whole(fixture(std::string("langfuse/") + row.file));
    CHECK(summary.inputs[0].format == row.format);
    CHECK(summary.inputs[0].rows == row.rows);
    CHECK(gist(summary) == row.gist);
    CHECK(words(summary.skipped) == row.skipped);
    check_nothing_lost(summary);
  }
}

TEST_CASE("places are lines of the file, also for rows inside a page") {
  CHECK(first_of(ingest_whole(fixture("langfuse/observations_v1_page.json")), "no-usage") == "f:71");
  CHECK(first_of(ingest_whole(fixture("langfuse/ui_export_events.json")), "not-a-generation") == "f:87");
  CHECK(first_of(ingest_whole(fixture("langfuse/ui_export_events.csv")), "not-a-generation") == "f:4");
  CHECK(first_of(ingest_whole(fixture("langfuse/ui_export_observations.jsonl")), "estimated") == "f:2");
}

TEST_CASE("what requests asked for is kept beside what they used") {
  const TraceSummary v1 = ingest_whole(fixture("langfuse/observations_v1_page.json"));
  CHECK(v1.demands[0].num_ctx_asked == std::map<Tokens, i64>{{8192, 1}});
  CHECK(v1.demands[0].num_predict_asked == std::map<Tokens, i64>{{1024, 1}});
  CHECK(v1.demands[1].num_predict_asked.empty());  // "Infinity" asks for nothing
  const TraceSummary events = ingest_whole(fixture("langfuse/ui_export_events.csv"));
  CHECK(events.demands[0].num_predict_asked == std::map<Tokens, i64>{{1024, 1}});
}

TEST_CASE("the same rows from two exports count once") {
  ingest::Ingestor ingestor;
  for (const char* file :
       {"observations_v2_page1.json", "ui_export_events.jsonl", "blob_observations_v2.jsonl"}) {
    REQUIRE(
        stream_into(ingestor, fixture(std::string("langfuse/") + file), std::string::npos, file).has_value());
  }
  const TraceSummary summary = finished(std::move(ingestor));
  check_nothing_lost(summary);
  CHECK(gist(summary) == "invoice-extract/qwen3:8b: p 4095 6120 8101 g 33 90 400 t 4128 6520 8191");
  CHECK(words(summary.skipped) == Words{{"duplicate", 4}, {"not-a-generation", 1}});
  // The scheduled export holds the newer version of one row of the page; the UI export has no versions.
  CHECK(summary.inputs[0].used == 1);
  CHECK(summary.inputs[1].used == 0);
  CHECK(summary.inputs[2].used == 2);
  CHECK(first_of(summary, "duplicate") == "observations_v2_page1.json:60");
}

TEST_CASE("days and times come from the rows") {
  const TraceSummary summary = ingest_whole(fixture("langfuse/blob_observations_v2.jsonl"));
  REQUIRE(summary.demands.size() == 1);
  CHECK(rfc3339(*summary.demands[0].from) == "2026-08-20T09:14:58.411Z");
  CHECK(rfc3339(*summary.demands[0].to) == "2026-08-20T10:00:00Z");
  REQUIRE(summary.demands[0].days.size() == 1);
  CHECK(iso_date(summary.demands[0].days.begin()->first) == "2026-08-20");
}
