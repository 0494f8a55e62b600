#pragma once
// Inside app/: which calls of a server are asked for. One set of flags for every server that calls come from.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace CLI {
class App;
}

namespace ctxcap::app {

// As typed; empty: not given.
struct CallFilters {
  std::string from, to;
  std::vector<std::string> models, environments, tags;
  std::vector<std::string>
      jobs;  // its flag is the command's own: `analyze` has rules for jobs under that name

  bool any() const {
    return !from.empty() || !to.empty() || !models.empty() || !environments.empty() || !tags.empty();
  }
};

void add_filter_flags(CLI::App& parser, CallFilters& filters);

// "2026-11-01T00:00:00Z", "2026-11-01", or so long before `now`: "90m", "36h", "7d", "2w".
std::optional<Instant> read_moment(std::string_view text, Instant now);

// What --from or --to names; unset: not given. Errors: ErrorKind::usage.
Result<std::optional<Instant>> settle_moment(const std::string& text, const char* flag, Instant now);

}  // namespace ctxcap::app
