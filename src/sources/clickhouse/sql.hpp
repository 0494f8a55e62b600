#pragma once
// The SQL that counts Langfuse's observations where they lie. Inside sources/clickhouse/. Values are never
// part of it: they are bound as parameters ({from:...}); only names of tables and columns differ, and those
// are ours.

#include <set>
#include <string>

namespace ctxcap::sources {

// A table of Langfuse's, as it is on this server.
struct Table {
  std::string name;
  std::set<std::string> columns;
  // Rows may have start times that are 1,000 times what they should be, as Langfuse 4.16.0 wrote them into
  // ClickHouse 26.8 and later. Then no index helps, so only where there are such rows.
  bool has_far_times = false;
};

// Langfuse has two generations of tables: `observations` beside `traces` (v3), and `events_core` (v4). A
// server in between has rows in both; then the same id may be in both, and counts in the newer one.
struct Tables {
  Table events;        // events_core, or events_full; name empty: there is none
  Table observations;  // name empty: there is none
  Table traces;        // name empty: there is none
};
enum class Generation { events, observations };

// Columns `table`, `name` of the tables above, as far as the user may see them.
std::string columns_sql();
// `name`, `value` of the settings that we would like to tighten.
std::string settings_sql();
// `rows`: 1 where the table of the older generation has a row with such a time.
std::string far_times_sql(const Tables& tables);
// `project`, `day`, `rows` where there are any. Parameters: projects, environments, from, to.
std::string days_sql(const Tables& tables, Generation generation);

// The rows of a window in groups, in the format "clickhouse-groups" of ingest; `tagged`: only those of traces
// with a tag that is asked for. Parameters: projects, environments, tags, from, to; near_from and near_to,
// where other versions of a row may lie; roots_from, where the root of a trace may.
//
// Of the versions of a row the newest counts. FINAL would not do: it merges only rows whose whole sorting key
// is equal, which holds the start time (its minute or date), and only those on the same shard; a row that was
// written again with another start would count twice. So rows are grouped by id, the newest is taken by
// argMax over one tuple (all columns from the same version), and older versions are counted as duplicates.
// It counts in the window in which the newest version starts, hence the look beyond the borders.
//
// Groups, not sums: what SQL compares it passes on as it is (the usage map, the names, the parameters), and
// every rule stays where single rows are read. GLOBAL sends the small side of a join to the shards of a
// Distributed table; elsewhere it means nothing.
std::string groups_sql(const Tables& tables, Generation generation, bool tagged);

}  // namespace ctxcap::sources
