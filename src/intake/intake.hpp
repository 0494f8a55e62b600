#pragma once
// stage 1 of the walk, from the sources that are named to what their requests say. One call for
// every command that reads requests.

#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/cli.hpp"
#include "data/demand.hpp"
#include "data/source.hpp"
#include "ports/world.hpp"

namespace ctxcap::intake {

// A report of more jobs would be read by nobody, and take its time.
inline constexpr std::size_t kMostJobs = 20'000;

struct ReadOptions {
  std::vector<SourceSettings> sources;  // in the order in which they are read
  std::string bad_rows;                 // file that lists what is not used; "" for none
  int threads = 0;                      // 0: all cores
  bool keep_requests = false;           // every request by itself, not only counts
  std::size_t most_jobs = 0;            // more become one, unless jobs are asked for by name; 0: never
  bool embeddings = false;              // calls that embed count too, as ingest::kEmbeddings
  bool all_jobs = false;                // also those that `jobs` and `models` of the sources leave out
};

// Reads all sources as one: of those that are understood the same way (map, job_rule) and of which the same
// jobs count, rows with equal ids count once; a server that counts by itself adds its groups. The first
// source that cannot be read, or that holds no traces at all, ends it; bad rows do not. What can be found
// wrong before anything is read is found then. Progress goes to `talk`.
Result<TraceSummary> read_sources(const ReadOptions& options, World& world, cli::Talk& talk);

// Why nothing came of it (ErrorKind::withheld): there was no row, none of an answer, or none that counts.
Error no_request(const std::vector<InputSummary>& inputs, const std::vector<Skip>& skipped);

}  // namespace ctxcap::intake
