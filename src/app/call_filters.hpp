#pragma once
// Inside app/: which calls count. One set of flags for every source that calls come from.

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "data/demand.hpp"

namespace ctxcap::app {

class Parser;

// As typed; empty: not given.
struct CallFilters {
  std::string from, to;
  std::vector<std::string> jobs, models, environments, tags;

  // Is there one that only a server can answer, and not what was read from a file?
  bool for_servers() const { return !from.empty() || !to.empty() || !environments.empty() || !tags.empty(); }
};

// All but --job, whose help is the command's own.
void add_filter_flags(Parser& parser, CallFilters& filters);

// What --from or --to names; unset: not given. Errors: ErrorKind::usage.
Result<std::optional<Instant>> settle_moment(const std::string& text, const char* flag, Instant now);

// Takes the requests of other jobs and models out, and says how many. An empty list keeps all.
// Errors (ErrorKind::usage): there were requests, and none is left; with the names that there are.
Result<i64> keep_only(const std::vector<std::string>& jobs, const std::vector<std::string>& models,
                      TraceSummary& summary);

}  // namespace ctxcap::app
