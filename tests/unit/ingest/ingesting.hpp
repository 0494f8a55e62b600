#pragma once
// Text in, summary out, in the ways that the tests below compare.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

#include "ingest/ingest.hpp"

namespace ctxcap::test {

using Words = std::map<std::string, i64>;

inline TraceSummary finished(ingest::Ingestor&& ingestor) {
  Result<TraceSummary> summary = std::move(ingestor).finish();
  REQUIRE(summary.has_value());
  return *std::move(summary);
}

// `text` as a stream that arrives in chunks of that size.
inline Status stream_into(ingest::Ingestor& ingestor, std::string_view text,
                          std::size_t chunk = std::string::npos, std::string name = "f") {
  return ingestor.stream(std::move(name), [&](char* into, std::size_t size) -> Result<std::size_t> {
    size = std::min({size, chunk, text.size()});
    std::copy_n(text.data(), size, into);
    text.remove_prefix(size);
    return size;
  });
}

inline TraceSummary ingest_whole(std::string_view text, ingest::Options options = {},
                                 std::string name = "f") {
  const std::string padded = std::string(text) + std::string(ingest::Ingestor::kBehind, '\0');
  ingest::Ingestor ingestor(std::move(options));
  const Status status = ingestor.whole(std::move(name), std::string_view(padded).substr(0, text.size()));
  REQUIRE_MESSAGE(status.has_value(), (status ? "" : status.error().what + ": " + status.error().why));
  return finished(std::move(ingestor));
}

inline TraceSummary ingest_fed(std::string_view text, std::size_t chunk, ingest::Options options = {}) {
  ingest::Ingestor ingestor(std::move(options));
  REQUIRE(stream_into(ingestor, text, chunk).has_value());
  return finished(std::move(ingestor));
}

inline Words words(const std::vector<Skip>& list) {
  Words result;
  for (const Skip& skip : list) result[skip.reason] = skip.count;
  return result;
}

inline std::string first_of(const TraceSummary& summary, std::string_view reason) {
  for (const Skip& skip : summary.skipped) {
    if (skip.reason == reason) return skip.first;
  }
  return "";
}

// "job/model: prompt+generation=context*count ..." with "?" for an unknown generation: everything that one
// small file says, in one line. Only for summaries whose groups have few distinct rows: the three are listed
// by rank.
inline std::string gist(const TraceSummary& summary) {
  std::string text;
  for (const Demand& demand : summary.demands) {
    const DayDemand all = demand.pooled();
    text += fmt::format("{}{}/{}:", text.empty() ? "" : "; ", demand.job, demand.model);
    const auto list = [&](const char* label, const Histogram& histogram) {
      text += fmt::format(" {}", label);
      for (const Bin& bin : histogram.bins) {
        text +=
            bin.count == 1 ? fmt::format(" {}", bin.tokens) : fmt::format(" {}*{}", bin.tokens, bin.count);
      }
    };
    list("p", all.prompt);
    list("g", all.generation);
    list("t", all.total);
  }
  return text;
}

// Nothing is lost: what is read is used or counted under a reason.
inline void check_nothing_lost(const TraceSummary& summary) {
  i64 rows = 0, used = 0, skipped = 0, requests = 0;
  for (const InputSummary& input : summary.inputs) {
    rows += input.rows;
    used += input.used;
  }
  for (const Skip& skip : summary.skipped) skipped += skip.count;
  for (const Demand& demand : summary.demands) {
    const DayDemand all = demand.pooled();
    CHECK(all.prompt.count() == all.total.count());
    CHECK(all.prompt.count() == all.need.count());
    CHECK(all.generation.count() <= all.prompt.count());
    requests += all.prompt.count();
  }
  CHECK(rows == used + skipped);
  CHECK(requests == used);
}

// Rows of a table of formats, each read as a whole and in small pieces.
struct NamedRows {
  std::string name, text, gist;
  Words skipped;
};
inline void check_rows(const std::vector<NamedRows>& table) {
  for (const NamedRows& row : table) {
    CAPTURE(row.name);
    const TraceSummary summary = ingest_whole(row.text);
    CHECK(gist(summary) == row.gist);
    CHECK(words(summary.skipped) == row.skipped);
    check_nothing_lost(summary);
    CHECK(gist(ingest_fed(row.text, 100, {.threads = 3, .batch = 64})) == row.gist);
  }
}

inline std::optional<std::string> content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

inline std::string fixture(const std::string& name) {
  const auto content = content_of(std::string(CTXCAP_ROOT "/fixtures/traces/") + name);
  REQUIRE_MESSAGE(content.has_value(), name);
  return *content;
}

}  // namespace ctxcap::test
