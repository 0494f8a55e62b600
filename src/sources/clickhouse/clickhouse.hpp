#pragma once
// Langfuse's ClickHouse as a source, the door of this folder. For projects with more observations than
// anybody wants to pull: the server counts, and only groups of equal rows come over (clickhouse_sql.hpp). No
// row and no text of a prompt leaves it.
//
// The time is read in windows of one UTC day. A window that the server finds too much (memory, time) is
// halved, and all later ones start at that size; a window that breaks off is asked for again. A window counts
// as a whole or not at all, so what was taken before an error is true. A server that goes away is waited for.

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "ports/clock.hpp"
#include "ports/http.hpp"
#include "sources/kind.hpp"

namespace ctxcap::sources {

extern const Kind kClickHouse;

struct ClickHouseOptions {
  std::string url;                        // http://HOST:8123, or with /?database=NAME
  std::string user, password;             // go into headers only; empty user: the server's default user
  std::string database;                   // where the URL names none; empty: the user's default
  std::vector<std::string> projects;      // ids; empty: all
  std::vector<std::string> environments;  // empty: all
  std::vector<std::string> tags;          // of traces, any of them; empty: all
  std::optional<Instant> from, to;        // start times: from <= t < to
  bool patient = false;                   // a server that does not answer is waited for from the start
  std::function<void(std::chrono::seconds)> on_wait = {};  // before each pause
};

// What was read, for people.
struct ClickHouseRead {
  std::string source;                 // the address without anything secret
  std::vector<std::string> tables;    // those that had rows
  std::vector<std::string> projects;  // those that had rows
  i64 windows = 0;                    // committed
  bool has_far_times = false;         // some were 1,000 times what they should be, and were mended
};

// Errors: ErrorKind::usage for an address that cannot be used, else ErrorKind::unreachable, with what the
// server said; also the sink's own.
Result<ClickHouseRead> read_clickhouse(const ClickHouseOptions& options, Http& http, Clock& clock,
                                       WindowSink& sink);

}  // namespace ctxcap::sources
