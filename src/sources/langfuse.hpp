#pragma once
// Langfuse as a source: rows of model calls by its public API, whichever of its generations answers.
//
//   TRY_ASSIGN(const LangfuseServer server, langfuse_server("", environment, files));
//   TRY_ASSIGN(const PullSummary told, pull_langfuse({.server = server}, "calls.jsonl", ports, on_progress));
//
// Only GENERATION and EMBEDDING observations are asked for, without their bodies. A call inside of a trace
// gets the trace's name and tags from its root. Rows are what the server sent, one a line; `traceName` and
// `tags` are filled in from the root where the row has none, and `tokenizerId` says whether the counts of a
// matched model can be Langfuse's own estimates (null: no).

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/quantity.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "ports/clock.hpp"
#include "ports/files.hpp"
#include "ports/http.hpp"

namespace ctxcap {
class Environment;
}

namespace ctxcap::sources {

struct LangfuseServer {
  std::string url;                 // without a slash at its end; may have a path
  std::string public_key, secret;  // never shown
};

// `url` as given, else LANGFUSE_BASE_URL, LANGFUSE_HOST, Langfuse Cloud. The keys from LANGFUSE_PUBLIC_KEY
// and LANGFUSE_SECRET_KEY, from files that the same names with _FILE name, or from systemd credentials.
// Errors: ErrorKind::usage.
Result<LangfuseServer> langfuse_server(const std::string& url, Environment& environment, Files& files);
// Is there a server in the environment, so that it need not be named?
bool langfuse_in_environment(Environment& environment);

struct LangfuseQuery {
  std::optional<Instant> from;  // start times, inclusive; unset: where the last pull ended, else 30 days ago
  std::optional<Instant> to;    // exclusive; never later than 30 minutes ago, before that rows still arrive
  std::vector<std::string> jobs, models, environments, tags;  // any of each; empty: all
  i64 limit = 0;                                              // the newest so many; 0: all
  bool lengths = false;  // ask for bodies, and keep the numbers of their characters

  // Which calls are wanted is known only when the roots of their traces are.
  bool by_trace() const { return !jobs.empty() || !tags.empty(); }
  // The newest come first, so that their number alone can end a walk.
  bool ends_by_number() const { return limit > 0 && !by_trace(); }
};

struct LangfuseOptions {
  LangfuseServer server;
  LangfuseQuery query;
  int concurrency = 4;  // requests under way at once
};

struct PullProgress {
  i64 pages = 0, rows = 0;      // of this run
  double share = 0;             // of the period that is done, 0..1
  std::chrono::seconds wait{};  // until the next request, when all wait: for a limit, or after a failure
};
using OnPullProgress = std::function<void(const PullProgress&)>;

struct PullSummary {
  i64 rows = 0;   // in the result
  i64 fresh = 0;  // of these: not there before, or newer
  i64 requests = 0, pages = 0, retries = 0;
  std::string api;  // "v1" or "v2"
  Instant from, to;
  bool resumed = false;
  std::vector<std::string> other_jobs;  // a few that came, and that the query does not want
};

struct PullPorts {
  Http& http;
  Clock& clock;
  Files& files;
};

// Brings `path` (JSONL; compressed where it ends in .zst) up to date. Beside it: PATH.watermark says what has
// been pulled, so that the next run asks only for what is new and for the last 24 hours again (a pull with a
// limit claims nothing there, so its period is asked for again); PATH.part
// holds what an interrupted run has got, and the next run goes on from there. One row per id, the newest
// version, sorted by start time and id.
Result<PullSummary> pull_langfuse(const LangfuseOptions& options, const std::string& path,
                                  const PullPorts& ports, const OnPullProgress& on_progress);

// The same rows, all of which have been pulled when it returns; nothing is kept beyond the reader.
Result<std::unique_ptr<ByteReader>> read_langfuse(const LangfuseOptions& options, const PullPorts& ports,
                                                  const OnPullProgress& on_progress);

}  // namespace ctxcap::sources
