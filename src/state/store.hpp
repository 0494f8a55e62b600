#pragma once
// Inside state/: the open database, with its faults in the words of this room.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "ports/world.hpp"
#include "state/state.hpp"

namespace ctxcap::state {

// Bytes that are bound as a blob.
struct Blob {
  std::string_view bytes;
};

class Store {
 public:
  static Result<std::unique_ptr<Store>> open(World& world, Access access);

  // Read access, and there is no file: every query has no rows.
  bool absent() const { return database_ == nullptr; }
  const std::string& path() const { return path_; }

  // Binds `values` in order: integers, texts, blobs, and optionals of them.
  template <typename... Values>
  Status run(std::string_view sql, const Values&... values) {
    return each(
        sql, [](const Statement&) {}, values...);
  }
  // Calls `use` for every row.
  template <typename Use, typename... Values>
  Status each(std::string_view sql, const Use& use, const Values&... values) {
    if (absent()) return {};
    Result<std::unique_ptr<Statement>> statement = database_->prepare(sql);
    if (!statement) return fail(explained(statement.error()));
    [[maybe_unused]] int parameter = 0;
    Status bound;
    ((bound = bound ? bind(**statement, ++parameter, values) : bound), ...);
    if (!bound) return fail(explained(bound.error()));
    while (true) {
      const Result<bool> row = (*statement)->step();
      if (!row) return fail(explained(row.error()));
      if (!*row) return {};
      use(**statement);
    }
  }
  // The first column of the first row; nullopt: null, or no row.
  template <typename... Values>
  Result<std::optional<i64>> number(std::string_view sql, const Values&... values) {
    std::optional<i64> result;
    TRY(each(
        sql, [&](const Statement& row) { result = row.integer(0); }, values...));
    return result;
  }
  Result<Transaction> begin();
  Status commit(Transaction& transaction);
  i64 changes() const { return absent() ? 0 : database_->changes(); }

 private:
  explicit Store(std::string path) : path_(std::move(path)) {}
  Status open_for_reading(Databases& databases);
  Status open_for_writing(World& world);
  Status check_owner();         // ours, and not from the future
  Status check_pages();         // not damaged
  Status migrate(Instant now);  // to the latest schema
  Error move_aside(World& world, const Error& cause);
  Error explained(const Error& error) const;

  static Status bind(Statement& statement, int at, i64 value) { return statement.bind(at, value); }
  static Status bind(Statement& statement, int at, bool value) { return statement.bind(at, i64{value}); }
  static Status bind(Statement& statement, int at, std::string_view value) {
    return statement.bind(at, value);
  }
  static Status bind(Statement& statement, int at, Blob value) {
    return statement.bind_blob(at, value.bytes);
  }
  static Status bind(Statement& statement, int at, Instant value) { return statement.bind(at, value.micros); }
  template <typename T>
  static Status bind(Statement& statement, int at, const std::optional<T>& value) {
    return value ? bind(statement, at, *value) : statement.bind_null(at);
  }

  std::string path_;
  std::unique_ptr<Database> database_;  // nullptr: absent
  bool damaged_ = false;                // by a check that found it; what SQLite stumbles over is a fault
};

// Columns of a row that the schema promises to be there.
inline i64 integer_at(const Statement& row, int column) {
  return row.integer(column).value_or(0);
}
inline std::string text_at(const Statement& row, int column) {
  return std::string(row.text(column).value_or(""));
}
inline Instant instant_at(const Statement& row, int column) {
  return {integer_at(row, column)};
}
// A value that the program itself wrote and cannot read back.
Error unreadable(const Store& store, const std::string& what);

}  // namespace ctxcap::state
