#pragma once
// Inside app/: --clickhouse and what goes with it, from the flags to what the groups say.

#include <optional>
#include <string>
#include <vector>

#include "app/call_filters.hpp"
#include "app/talk.hpp"
#include "base/result.hpp"
#include "data/demand.hpp"
#include "ingest/ingest.hpp"
#include "ports/world.hpp"
#include "sources/sources.hpp"

namespace ctxcap::app {

class Parser;

// As typed; empty: not given.
struct ClickHouseFlags {
  std::string url;
  std::vector<std::string> projects;
};
void add_clickhouse_flags(Parser& parser, ClickHouseFlags& flags);

// nullopt: no --clickhouse. User and password come from the environment. Errors: ErrorKind::usage.
Result<std::optional<sources::ClickHouseOptions>> settle_clickhouse(const ClickHouseFlags& flags,
                                                                    const CallFilters& filters, World& world);

// Reads window by window, its groups as `reading` says; the memory it takes does not depend on the number of
// rows.
Result<TraceSummary> read_clickhouse(const sources::ClickHouseOptions& options, ingest::Options reading,
                                     World& world, Talk& talk);

}  // namespace ctxcap::app
