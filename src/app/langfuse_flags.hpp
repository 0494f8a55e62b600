#pragma once
// Inside app/: Langfuse as people name it on the command line.

#include <optional>
#include <string>
#include <vector>

#include "app/call_filters.hpp"
#include "base/result.hpp"
#include "ports/world.hpp"
#include "sources/sources.hpp"

namespace ctxcap::app {

class Parser;

// As typed; empty: not given.
struct LangfuseFlags {
  bool given = false;
  std::string url;
  std::optional<i64> limit;
  int concurrency = 4;
};

// --langfuse and how it is asked.
void add_langfuse_flags(Parser& parser, LangfuseFlags& flags);

// Errors: ErrorKind::usage.
Result<sources::LangfuseOptions> settle_langfuse(const LangfuseFlags& flags, const CallFilters& filters,
                                                 World& world);

class Talk;
// Draws how far a pull is.
sources::OnPullProgress pull_progress(const std::string& name, World& world, Talk& talk);

}  // namespace ctxcap::app
