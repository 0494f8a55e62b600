// vLLM's own spans: one for each sequence, jobs by the ids of requests, no limit that nobody asked for.

#include "ingest/request_ids.hpp"
#include "ingesting.hpp"
#include "support/shared.hpp"

using namespace ctxcap;

TEST_CASE("the job of a request's id is what stands before the first number or random part") {
  const std::pair<const char*, const char*> kIds[] = {
      {"chatcmpl-job-triage-17", "job-triage"},
      {"cmpl-triage-9-0", "triage"},
      {"cmpl-b4aba94c32a2d460-0", ""},
      {"chatcmpl-b08127bb6c86b228", ""},
      {"cmpl-550e8400-e29b-41d4-a716-446655440000-0", ""},
      {"chatcmpl-mail-550e8400-e29b-41d4-a716-446655440000", "mail"},
      {"nightly-summary", "nightly-summary"},
      {"cmpl-", ""},
      {"-", ""},
      {"", ""}};
  for (const auto& row : kIds) {
    CAPTURE(row.first);
    CHECK(ingest::job_of_request_id(row.first) == row.second);
  }
}

TEST_CASE(
    "vLLM's spans: every sequence is a call, start-up is none, jobs come from the id, else the service") {
  const auto recorded = test::shared_file("vllm/real/otlp-traces.jsonl");
  if (!recorded) return;
  const TraceSummary summary = test::ingest_whole(*recorded);
  std::map<std::string, i64> calls;
  i64 prompts = 0;
  for (const Demand& demand : summary.demands) {
    const DayDemand all = demand.pooled();
    calls[demand.job] += all.prompt.count();
    for (const Bin& bin : all.prompt.bins) prompts += bin.tokens * bin.count;
    CHECK(demand.num_predict_asked.empty());
  }
  CHECK(calls == std::map<std::string, i64>{{"job-triage", 1}, {"vllm-triage", 8}});
  CHECK(prompts == 50 + 300 + 300 + 7 + 20 + 20 + 15 + 25 + 2040);
}
