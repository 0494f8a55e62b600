#pragma once
// Inside app/: Langfuse as people name it on the command line.

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "ports/world.hpp"
#include "sources/sources.hpp"

namespace CLI {
class App;
}

namespace ctxcap::app {

// As typed; empty: not given.
struct LangfuseFlags {
  bool given = false;
  std::string url;
  std::string from, to;
  std::vector<std::string> jobs, models, environments, tags;
  i64 limit = 0;
  int concurrency = 4;
};

// --langfuse and what narrows it down.
void add_langfuse_flags(CLI::App& parser, LangfuseFlags& flags);

// Errors: ErrorKind::usage.
Result<sources::LangfuseOptions> settle_langfuse(const LangfuseFlags& flags, World& world);

// "2026-11-01T00:00:00Z", "2026-11-01", or so long before `now`: "7d", "36h", "90m", "2w".
std::optional<Instant> read_moment(std::string_view text, Instant now);

class Talk;
// Draws how far a pull is.
sources::OnPullProgress pull_progress(const std::string& name, World& world, Talk& talk);

}  // namespace ctxcap::app
