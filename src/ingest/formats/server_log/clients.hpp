#pragma once
// Inside server_log/: who asked, as an access line says:
//
//   [GIN] 2026/11/29 - 13:05:57 | 200 |  260.693106ms |       127.0.0.1 | POST     "/api/chat"
//
// It names no task, and stands a few lines before or behind the end of its call. Where one such line and one
// call are near each other they belong together; several calls have a client where as many lines are near
// them, all of one client. All other calls are nobody's. Only `--job client` looks here.

#include <string>
#include <string_view>
#include <vector>

#include "ingest/call.hpp"

namespace ctxcap::ingest::server_log {

class Clients {
 public:
  // A line of the log, before what it completes is added.
  void line(std::string_view text);
  // So many lines that were passed over: they hold no access, but stand between those that do.
  void pass(i64 lines) { line_ += lines; }
  // A call that is complete, and the line that it began with. What it points to is copied.
  void add(const Call& call, i64 began);
  // Those of which is known who asked, or that nobody will know; views live until the next call of this.
  void take(std::vector<Call>& calls);
  // The rest.
  void finish(std::vector<Call>& calls);

  i64 at() const { return line_; }

 private:
  static constexpr i64 kNear = 8;           // lines
  static constexpr std::size_t kMost = 64;  // that are told apart at once

  struct Waiting {
    Call call;
    std::string model, client;
    i64 began = 0, ended = 0;  // lines
  };
  struct Access {
    std::string client;
    bool failed = false;
    i64 line = 0;
  };

  static bool may_belong(const Access& access, const Waiting& waiting);
  void settle();
  std::string client_of(std::size_t first) const;

  i64 line_ = 0, last_ = 0;       // last_: of what waits
  std::vector<Waiting> waiting_;  // in the order of their ends
  std::vector<Access> accesses_;
  std::vector<Waiting> known_, told_;
};

}  // namespace ctxcap::ingest::server_log
