#pragma once
// Seam: SQLite databases, one file each.
//
//   TRY_ASSIGN(const auto database, databases.open(path, DatabaseMode::read));
//   TRY_ASSIGN(const auto rows, database->prepare("select name, size from things where size > ?"));
//   TRY(rows->bind(1, 100));
//   for (;;) {
//     TRY_ASSIGN(const bool row, rows->step());
//     if (!row) break;
//     use(rows->text(0), rows->integer(1));
//   }
//
// For one thread at a time. Statements die before their database.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/quantity.hpp"
#include "base/result.hpp"

namespace ctxcap {

// What went wrong, where a program can do something about it; the Error says it in words.
enum class DatabaseFault {
  none,
  missing,       // there is no such file, or it cannot be opened
  not_database,  // the file is something else
  corrupt,       // it is a database, and damaged
  read_only,     // it may not be written
  busy,          // somebody else writes, and did not finish in time
  full,          // the disk is
  constraint,    // a row that the schema forbids
  other,
};

enum class DatabaseMode {
  read,   // as it is, safe beside a program that writes; nothing is created beside it
  write,  // created when it is missing, for this user alone
};

class Statement {
 public:
  virtual ~Statement() = default;

  // Parameters count from 1 and keep their values over reset().
  virtual Status bind(int parameter, i64 value) = 0;
  virtual Status bind(int parameter, double value) = 0;
  virtual Status bind(int parameter, std::string_view value) = 0;       // copied
  virtual Status bind_blob(int parameter, std::string_view bytes) = 0;  // copied
  virtual Status bind_null(int parameter) = 0;

  virtual Result<bool> step() = 0;  // whether a row is there; false at the end
  virtual void reset() = 0;         // step() begins anew

  // Of the row at hand. Columns count from 0; null reads as nullopt. Texts and
  // blobs live until the next step().
  virtual std::optional<i64> integer(int column) const = 0;
  virtual std::optional<double> real(int column) const = 0;
  virtual std::optional<std::string_view> text(int column) const = 0;
  virtual std::optional<std::string_view> blob(int column) const = 0;
};

class Database {
 public:
  virtual ~Database() = default;
  virtual Result<std::unique_ptr<Statement>> prepare(std::string_view sql) = 0;
  virtual Status run(const std::string& sql) = 0;  // any number of statements; their rows are not looked at
  virtual i64 changes() const = 0;                 // rows that the last insert, update or delete touched
  virtual DatabaseFault fault() const = 0;         // of the call that failed last, statements' included
  // Opened to read, and of a kind that has its newest rows in a log beside it, which is not there.
  virtual bool lacks_log() const { return false; }
  // Opened to read, and written to by others in a way that may have confused the reading.
  virtual bool was_disturbed() const { return false; }
};

// All that is run while it lives, or nothing: without commit() it is undone.
class Transaction {
 public:
  static Result<Transaction> begin(Database& database) {
    TRY(database.run("begin immediate"));
    return Transaction(database);
  }
  Transaction(Transaction&& other) noexcept : database_(other.database_) { other.database_ = nullptr; }
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction() {
    // Where it fails there is nothing left to undo.
    if (database_ != nullptr) static_cast<void>(database_->run("rollback"));
  }
  Status commit() {
    TRY(database_->run("commit"));
    database_ = nullptr;
    return {};
  }

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;  // nullptr: over
};

class Databases {
 public:
  virtual ~Databases() = default;
  // `fault`, where given, is set when the result is an error.
  virtual Result<std::unique_ptr<Database>> open(const std::string& path, DatabaseMode mode,
                                                 DatabaseFault* fault = nullptr) = 0;
};

}  // namespace ctxcap
