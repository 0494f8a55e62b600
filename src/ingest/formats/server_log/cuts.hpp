#pragma once
// Inside server_log/: prompts that Ollama cut to the window, and said so:
//
//   msg="truncating input prompt" limit=2051 prompt=6001 keep=5 new=2051
//
// The next new prompt of 2051 tokens is that call; 6001 is its true size. Before 0.30 no line of the call
// itself follows.

#include <deque>
#include <optional>
#include <string_view>

#include "base/time.hpp"
#include "ingest/usage.hpp"

namespace ctxcap::ingest::server_log {

struct Cut {
  Tokens prompt = 0;  // before
  Tokens left = 0;    // after
  Tokens limit = 0;   // until 0.30 the window
  Tokens keep = 0;    // tokens of its beginning that stay
  std::optional<Instant> at;
  bool is_alone = false;  // the call itself is not in the log

  // Whether a server with that window cuts so: to half of it, and earlier to all of it.
  bool fits(Tokens window) const;
};

class Cuts {
 public:
  // The cut that a line tells of.
  static std::optional<Cut> read(std::string_view line, std::optional<Instant> at);
  void wait(const Cut& cut) { waiting_.push_back(cut); }
  // That of a new prompt of so many tokens in that window, the oldest first; it waits no more.
  std::optional<Cut> take(Tokens prompt, std::optional<Tokens> window);
  std::optional<Cut> take_any();

 private:
  std::deque<Cut> waiting_;
};

}  // namespace ctxcap::ingest::server_log
