#pragma once
// Inside app/: --clickhouse and what goes with it, from the flags to what the groups say.

#include <optional>
#include <string>
#include <vector>

#include "app/talk.hpp"
#include "base/result.hpp"
#include "data/demand.hpp"
#include "ports/world.hpp"
#include "sources/sources.hpp"

namespace CLI {
class App;
}

namespace ctxcap::app {

// As typed; empty: not given.
struct ClickHouseFlags {
  std::string url, from, to;
  std::vector<std::string> projects, environments, jobs, models;
};
void add_clickhouse_flags(CLI::App& parser, ClickHouseFlags& flags);

struct ClickHouseSource {
  sources::ClickHouseOptions options;
  std::vector<std::string> jobs, models;  // the others are left out; empty: all
};

// nullopt: no --clickhouse. User and password come from the environment. Errors: ErrorKind::usage.
Result<std::optional<ClickHouseSource>> settle_clickhouse(const ClickHouseFlags& flags, World& world);

// Reads window by window; the memory it takes does not depend on the number of rows.
Result<TraceSummary> read_clickhouse(const ClickHouseSource& source, int threads, World& world, Talk& talk);

}  // namespace ctxcap::app
