#pragma once
// Inside sources/langfuse/: what an answer of Langfuse means, and what people should do about it. One table.

#include <chrono>
#include <optional>
#include <string>

#include "ports/http.hpp"
#include "sources/langfuse/options.hpp"

namespace ctxcap::sources::langfuse {

enum class Act {
  use,                 // rows
  other_api,           // this generation of the API is not here
  narrow,              // the server ran out of time or memory: a shorter period
  smaller,             // the page is too large: fewer rows
  wait,                // a limit is used up
  retry,               // something in between, or behind, is down
  retry_if_it_worked,  // the server failed; if it never did what was asked, it may do so every time
  stop,
};

struct Verdict {
  Act act = Act::stop;
  std::chrono::seconds wait{0};  // Act::wait
  std::optional<i64> limit;      // Act::wait: requests that the server allows in a period
  Error error;                   // all but Act::use: should it come to that
};

// `path` without its query.
Verdict judge(const Server& server, const std::string& path, const HttpResponse& response);

// Nothing of the keys in any text, should a server or proxy give them back.
Error without_keys(const Server& server, Error error);

}  // namespace ctxcap::sources::langfuse
