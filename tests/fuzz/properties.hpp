#pragma once
// What must hold for any input whatever.

#include <algorithm>
#include <string>
#include <string_view>

#include "fuzz/require.hpp"
#include "ingest/ingest.hpp"

namespace ctxcap::fuzz {

// The text as one input; an error is a summary too.
struct Outcome {
  TraceSummary summary;
  std::string error;
  bool operator==(const Outcome&) const = default;
};

inline Outcome outcome_of(ingest::Ingestor&& ingestor, const Status& status) {
  const Result<TraceSummary> summary = std::move(ingestor).finish();
  require(summary.has_value(), "what was held in memory is there");
  return {.summary = *summary, .error = status ? "" : status.error().why};
}

inline Outcome read_whole(std::string_view text, ingest::Options options) {
  const std::string padded = std::string(text) + std::string(ingest::Ingestor::kBehind, '\0');
  ingest::Ingestor ingestor(std::move(options));
  const Status status = ingestor.whole("f", std::string_view(padded).substr(0, text.size()));
  return outcome_of(std::move(ingestor), status);
}

inline Outcome read_fed(std::string_view text, std::size_t chunk, ingest::Options options) {
  ingest::Ingestor ingestor(std::move(options));
  const Status status = ingestor.stream("f", [&](char* into, std::size_t size) -> Result<std::size_t> {
    size = std::min({size, chunk, text.size()});
    std::copy_n(text.data(), size, into);
    text.remove_prefix(size);
    return size;
  });
  return outcome_of(std::move(ingestor), status);
}

// Every row is used or counted under a reason, and every request is in every histogram.
inline void require_nothing_lost(const TraceSummary& summary) {
  i64 rows = 0, used = 0, skipped = 0, requests = 0;
  for (const InputSummary& input : summary.inputs) {
    rows += input.rows;
    used += input.used;
  }
  for (const Skip& skip : summary.skipped) {
    require(skip.count > 0 && !ingest::describe(skip.reason).empty(), "a skip has a count and a sentence");
    skipped += skip.count;
  }
  for (const Demand& demand : summary.demands) {
    const DayDemand all = demand.pooled();
    require(!demand.job.empty(), "a job has a name");
    require(all.prompt.count() == all.total.count() && all.prompt.count() == all.need.count(),
            "histograms agree");
    require(all.generation.count() <= all.prompt.count(), "an answer belongs to a request");
    require(all.prompt.min() > 0 && all.need.max() <= 2 * i64{2'147'483'647} + 1, "counts are plausible");
    requests += all.prompt.count();
  }
  require(rows == used + skipped, "rows = used + skipped");
  require(requests == used, "requests = used");
}

}  // namespace ctxcap::fuzz
