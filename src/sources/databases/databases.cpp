#include "sources/databases/databases.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <set>
#include <vector>

#include "base/text.hpp"
#include "sources/databases/known.hpp"

namespace ctxcap::sources {
namespace {

Error cannot_read(const std::string& path, Error error) {
  return {.kind = ErrorKind::usage,
          .what = fmt::format("cannot read traces from '{}'", path),
          .why = std::move(error.why),
          .hint = std::move(error.hint)};
}

Result<std::vector<std::string>> texts(Database& database, const std::string& sql) {
  TRY_ASSIGN(const auto rows, database.prepare(sql));
  std::vector<std::string> list;
  for (;;) {
    TRY_ASSIGN(const bool row, rows->step());
    if (!row) return list;
    list.emplace_back(rows->text(0).value_or(""));
  }
}

using Columns = std::set<std::string, std::less<>>;  // "table.column"

bool is_there(const KnownTable& table, const Columns& columns) {
  return std::all_of(table.has.begin(), table.has.end(),
                     [&](std::string_view column) { return columns.contains(column); }) &&
         (table.lacks.empty() || !columns.contains(table.lacks));
}

std::string query_of(const KnownTable& table, const Columns& columns) {
  std::string sql;
  std::string_view rest = table.query;
  for (std::size_t at = rest.find('@'); at != rest.npos; at = rest.find('@')) {
    sql += rest.substr(0, at);
    rest.remove_prefix(at + 1);
    const std::string_view column = rest.substr(0, rest.find_first_not_of("abcdefghijklmnopqrstuvwxyz_."));
    sql += columns.contains(column) ? column : "null";
    rest.remove_prefix(column.size());
  }
  return sql.append(rest).append(table.rest);
}

// One line for each row of each query.
class Rows final : public ByteReader {
 public:
  Rows(std::string path, std::unique_ptr<Database> database, std::vector<std::unique_ptr<Statement>> queries)
      : path_(std::move(path)), database_(std::move(database)), queries_(std::move(queries)) {}

  Result<std::size_t> read(char* buffer, std::size_t size) override {
    while (at_ == line_.size() && query_ < queries_.size()) TRY(next_line());
    const std::size_t taken = std::min(size, line_.size() - at_);
    std::memcpy(buffer, line_.data() + at_, taken);
    at_ += taken;
    return taken;
  }

 private:
  Status next_line() {
    const Result<bool> row = queries_[query_]->step();
    if (!row) return fail(cannot_read(path_, database_->was_disturbed() ? disturbed() : row.error()));
    at_ = 0;
    line_.clear();
    if (*row) {
      line_ = std::string(queries_[query_]->text(0).value_or("")) + "\n";
      return {};
    }
    if (++query_ < queries_.size() || !database_->was_disturbed()) return {};
    return fail(cannot_read(path_, disturbed()));
  }

  static Error disturbed() { return {.why = "it was written to while it was read", .hint = "run it again"}; }

  std::string path_;
  std::unique_ptr<Database> database_;  // outlives the queries
  std::vector<std::unique_ptr<Statement>> queries_;
  std::size_t query_ = 0;
  std::string line_;
  std::size_t at_ = 0;
};

Error unknown(const std::string& path, const Columns& columns) {
  std::vector<std::string> programs, tables;
  for (const KnownTable& known : known_tables()) {
    if (programs.empty() || programs.back() != known.program) programs.emplace_back(known.program);
  }
  for (const std::string& column : columns) {
    const std::string table = column.substr(0, column.find('.'));
    if (tables.empty() || tables.back() != table) tables.push_back(table);
  }
  return {.kind = ErrorKind::usage,
          .what = fmt::format("'{}' is not a trace file", path),
          .why = tables.empty() ? "it is an SQLite database without a table"
                                : fmt::format("it is an SQLite database, and none of {}: its tables are {}",
                                              join(programs, ", "), printable(join(tables, ", "), 120)),
          .hint = fmt::format("export the table that holds the calls: sqlite3 -csv -header {} \"select ...\"",
                              path)};
}

Result<DatabaseRows> rows_of(const std::string& path, std::unique_ptr<Database> database) {
  TRY_ASSIGN(const auto names,
             texts(*database,
                   "select tables.name || '.' || columns.name from sqlite_schema as tables, "
                   "pragma_table_info(tables.name) as columns where tables.type = 'table' order by 1"));
  const Columns columns(names.begin(), names.end());
  std::vector<std::unique_ptr<Statement>> queries;
  for (const KnownTable& table : known_tables()) {
    if (!is_there(table, columns)) continue;
    TRY_ASSIGN(auto query, database->prepare(query_of(table, columns)));
    queries.push_back(std::move(query));
  }
  if (queries.empty()) return fail(unknown(path, columns));
  DatabaseRows rows;
  if (database->lacks_log()) {
    rows.remark = fmt::format(
        "{} has no write-ahead log beside it ({}-wal): if it is a copy of a database in "
        "use, its newest calls are missing; copy both files",
        printable(path, 120), printable(path, 120));
  }
  rows.stream = std::make_unique<Rows>(path, std::move(database), std::move(queries));
  return rows;
}

}  // namespace

bool is_database(std::string_view beginning) {
  using namespace std::string_view_literals;
  return beginning.starts_with("SQLite format 3\0"sv);
}

Result<DatabaseRows> open_database(const std::string& path, Databases& databases) {
  Result<std::unique_ptr<Database>> database = databases.open(path, DatabaseMode::read);
  if (!database) return fail(cannot_read(path, database.error()));
  Result<DatabaseRows> rows = rows_of(path, std::move(*database));
  // What the database itself reports is about a file that somebody named.
  if (!rows && rows.error().kind != ErrorKind::usage) return fail(cannot_read(path, rows.error()));
  return rows;
}

}  // namespace ctxcap::sources
