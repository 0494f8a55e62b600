#pragma once
// Inside sources/langfuse/: rows of model calls by its public API, whichever of its generations answers.
//
//   TRY_ASSIGN(const Server server, find_server("", credentials));
//   TRY_ASSIGN(const PullSummary told, pull({.server = server}, "calls.jsonl", ports, on_progress));
//
// Only GENERATION and EMBEDDING observations are asked for, without their bodies. A call inside of a trace
// gets the trace's name and tags from its root. Rows are what the server sent, one a line; `traceName` and
// `tags` are filled in from the root where the row has none, and `tokenizerId` says whether the counts of a
// matched model can be Langfuse's own estimates (null: no).

#include <memory>
#include <string>

#include "base/result.hpp"
#include "sources/langfuse/options.hpp"
#include "sources/sources.hpp"

namespace ctxcap::sources::langfuse {

// Brings `path` (JSONL; compressed where it ends in .zst) up to date. Beside it: PATH.watermark says what has
// been pulled, so that the next run asks only for what is new and for the last 24 hours again (a pull with a
// limit claims nothing there, so its period is asked for again); PATH.part
// holds what an interrupted run has got, and the next run goes on from there. One row per id, the newest
// version, sorted by start time and id.
Result<PullSummary> pull(const Options& options, const std::string& path, const PullPorts& ports,
                         const OnPullProgress& on_progress);

// The same rows, all of which have been pulled when it returns; nothing is kept beyond the reader.
struct ReadRows {
  std::unique_ptr<ByteReader> stream;
  std::vector<std::string> notes;  // for people
};
Result<ReadRows> read_rows(const Options& options, const PullPorts& ports, const OnPullProgress& on_progress);

}  // namespace ctxcap::sources::langfuse
