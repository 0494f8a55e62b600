#pragma once
// Inside app/: stage 1 of the walk, from file names to what the traces say.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/clickhouse.hpp"
#include "app/talk.hpp"
#include "base/result.hpp"
#include "data/demand.hpp"
#include "ports/world.hpp"
#include "sources/sources.hpp"

namespace ctxcap::app {

struct TraceOptions {
  std::vector<std::string> files;                    // as given: files, directories, patterns; "-" is stdin
  std::optional<sources::LangfuseOptions> langfuse;  // read after the files
  std::optional<sources::ClickHouseOptions> clickhouse;  // after Langfuse
  std::vector<std::string> jobs, models;                 // the others are left out; empty: all
  std::vector<std::pair<std::string, std::string>> map;  // part of a call -> column or key
  std::string job_rule;                                  // as --job has it; "" for the default
  std::string bad_rows;                                  // file that lists what is not used; "" for none
  int threads = 0;                                       // 0: all cores
  bool keep_requests = false;                            // every request by itself, not only counts
};

// Reads all files as one set: rows with equal ids count once. The first input that cannot be read, or that
// holds no traces at all, ends it; bad rows do not. Progress goes to `talk`.
Result<TraceSummary> read_traces(const TraceOptions& options, World& world, Talk& talk);

}  // namespace ctxcap::app
