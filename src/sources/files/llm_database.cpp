#include "sources/files/llm_database.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/text.hpp"

namespace ctxcap::sources {
namespace {

using Json = nlohmann::ordered_json;

// Version 0.27 keeps calls in `responses`, 0.36 in `turns`; a database that was taken over has both.
constexpr std::array<std::string_view, 2> kTables{"responses", "turns"};
// Without `input_tokens`, which came later, nothing is known of a call but that it was made.
constexpr std::array<std::string_view, 6> kColumns{"id",           "model",         "options_json",
                                                   "input_tokens", "output_tokens", "datetime_utc"};

Error not_of_llm(const std::string& path, std::string why) {
  return {.kind = ErrorKind::usage,
          .what = fmt::format("'{}' is not a trace file", path),
          .why = std::move(why),
          .hint = fmt::format("export the table that holds the calls: sqlite3 -csv -header {} \"select ...\"",
                              path)};
}

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

bool has(const std::vector<std::string>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

// A query for the calls of one table; empty where the table is not llm's. Of an answer only the word that
// says why it ended leaves the database.
Result<std::string> query_for(Database& database, std::string_view table) {
  TRY_ASSIGN(const auto columns,
             texts(database, fmt::format("select name from pragma_table_info('{}')", table)));
  if (!has(columns, "model") || !has(columns, "options_json") || !has(columns, "datetime_utc"))
    return std::string();
  std::string list;
  for (const std::string_view column : kColumns) {
    list += fmt::format("{}{}", list.empty() ? "" : ", ", has(columns, column) ? column : "null");
  }
  list += has(columns, "response_json")
              ? ", iif(json_valid(response_json), coalesce(json_extract(response_json, '$.done_reason'), "
                "json_extract(response_json, '$.finish_reason'), "
                "json_extract(response_json, '$.choices[0].finish_reason')), null)"
              : ", null";
  return fmt::format("select {} from {} order by rowid", list, table);
}

class LlmRows final : public ByteReader {
 public:
  LlmRows(std::string path, std::unique_ptr<Database> database,
          std::vector<std::unique_ptr<Statement>> queries)
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
    Statement& rows = *queries_[query_];
    const Result<bool> row = rows.step();
    if (!row) return fail(cannot_read(path_, row.error()));
    at_ = 0;
    line_.clear();
    if (!*row) {
      ++query_;
      return {};
    }
    Json json;
    for (std::size_t i = 0; i < kColumns.size(); ++i) {
      const int column = static_cast<int>(i);
      const bool is_count = kColumns[i].ends_with("_tokens");
      const auto text = is_count ? std::nullopt : rows.text(column);
      const auto number = is_count ? rows.integer(column) : std::nullopt;
      json[std::string(kColumns[i])] = text ? Json(*text) : number ? Json(*number) : Json(nullptr);
    }
    if (const auto reason = rows.text(static_cast<int>(kColumns.size()))) json["done_reason"] = *reason;
    line_ = json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    return {};
  }

  std::string path_;
  std::unique_ptr<Database> database_;  // outlives the queries
  std::vector<std::unique_ptr<Statement>> queries_;
  std::size_t query_ = 0;
  std::string line_;
  std::size_t at_ = 0;
};

Result<std::unique_ptr<ByteReader>> rows_of(const std::string& path, std::unique_ptr<Database> database) {
  std::vector<std::unique_ptr<Statement>> queries;
  for (const std::string_view table : kTables) {
    TRY_ASSIGN(const std::string sql, query_for(*database, table));
    if (sql.empty()) continue;
    TRY_ASSIGN(auto query, database->prepare(sql));
    queries.push_back(std::move(query));
  }
  if (queries.empty()) {
    TRY_ASSIGN(const auto tables,
               texts(*database, "select name from sqlite_schema where type = 'table' order by name"));
    return fail(not_of_llm(path, tables.empty()
                                     ? "it is an SQLite database without a table"
                                     : fmt::format("it is an SQLite database, and none of llm's: its "
                                                   "tables are {}",
                                                   printable(join(tables, ", "), 120))));
  }
  return std::make_unique<LlmRows>(path, std::move(database), std::move(queries));
}

}  // namespace

bool is_database(std::string_view beginning) {
  using namespace std::string_view_literals;
  return beginning.starts_with("SQLite format 3\0"sv);
}

Result<std::unique_ptr<ByteReader>> open_llm_database(const std::string& path, Databases& databases) {
  Result<std::unique_ptr<Database>> database = databases.open(path, DatabaseMode::read);
  if (!database) return fail(cannot_read(path, database.error()));
  Result<std::unique_ptr<ByteReader>> rows = rows_of(path, std::move(*database));
  // What the database itself reports is about a file that somebody named.
  if (!rows && rows.error().kind != ErrorKind::usage) return fail(cannot_read(path, rows.error()));
  return rows;
}

}  // namespace ctxcap::sources
