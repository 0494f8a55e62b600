// The two public production traces: every figure of theirs, exactly. They lie beside the repository; without
// them these tests say so and check nothing.

#include "support/shared.hpp"
#include "unit/ingest/ingesting.hpp"

using namespace ctxcap;
using namespace ctxcap::test;

namespace {

// Percentile p is the ceil(p n)-th smallest value; p in tenths of a percent, so that the rank is exact.
Tokens percentile(const Histogram& histogram, i64 per_mille) {
  return histogram.at_rank((histogram.count() * per_mille + 999) / 1000);
}

std::vector<Tokens> figures(const Histogram& histogram) {
  std::vector<Tokens> list;
  for (const i64 per_mille : {500, 900, 950, 990, 999, 1000})
    list.push_back(percentile(histogram, per_mille));
  return list;
}

struct Trace {
  std::string file;
  i64 rows;
  std::vector<Tokens> prompt, generation, total;
};

}  // namespace

TEST_CASE("the public traces have the percentiles that their description gives") {
  const Trace traces[] = {
      {"azure_2023_code.csv",
       8819,
       {1469, 5194, 7315, 7436, 7437, 7437},
       {13, 55, 90, 252, 831, 1899},
       {1493, 5223, 7343, 7462, 7568, 7841}},
      {"mooncake_conversation.jsonl",
       12031,
       {6909, 27367, 39552, 85401, 121301, 126195},
       {350, 597, 698, 1120, 2000, 2000},
       {7255, 27723, 40056, 85858, 121912, 126527}},
  };
  for (const Trace& trace : traces) {
    CAPTURE(trace.file);
    const auto text = shared_file("traces/" + trace.file);
    if (!text) continue;
    const TraceSummary summary = ingest_whole(*text);
    CHECK(summary.inputs[0].rows == trace.rows);
    CHECK(summary.skipped.empty());
    REQUIRE(summary.demands.size() == 1);
    const DayDemand all = summary.demands[0].pooled();
    CHECK(figures(all.prompt) == trace.prompt);
    CHECK(figures(all.generation) == trace.generation);
    CHECK(figures(all.total) == trace.total);
  }
}

TEST_CASE("Azure's times are UTC days, Mooncake's are none") {
  const auto azure = shared_file("traces/azure_2023_code.csv");
  const auto mooncake = shared_file("traces/mooncake_conversation.jsonl");
  if (!azure || !mooncake) return;
  CHECK(rfc3339(*ingest_whole(*azure).demands[0].from) == "2023-11-16T18:17:03.979960Z");
  const TraceSummary summary = ingest_whole(*mooncake);
  CHECK_FALSE(summary.demands[0].from.has_value());
  CHECK(summary.demands[0].days.size() == 1);
  CHECK(summary.demands[0].days.contains(kUnknownDay));
}
