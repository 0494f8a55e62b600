#pragma once
// Inside sources/langfuse/: what a pull asks of which server.

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/quantity.hpp"
#include "base/time.hpp"
#include "ports/clock.hpp"
#include "ports/files.hpp"
#include "ports/http.hpp"

namespace ctxcap::sources::langfuse {

struct Server {
  std::string url;                 // without a slash at its end; may have a path
  std::string public_key, secret;  // never shown
};

struct Query {
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

struct Options {
  Server server;
  Query query;
  int concurrency = 4;   // requests under way at once
  bool patient = false;  // a server that does not answer is waited for from the start
};

struct PullProgress {
  i64 pages = 0, rows = 0;      // of this run
  double share = 0;             // of the period that is done, 0..1
  std::chrono::seconds wait{};  // until the next request, when all wait: for a limit, or after a failure
};
using OnPullProgress = std::function<void(const PullProgress&)>;

struct PullPorts {
  Http& http;
  Clock& clock;
  Files& files;
};

}  // namespace ctxcap::sources::langfuse
