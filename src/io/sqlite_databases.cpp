// SQLite through its C library: every call's answer becomes a value.

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "io/fd.hpp"
#include "io/parts.hpp"
#include "ports/database.hpp"

namespace ctxcap::io {
namespace {

constexpr int kPatience = 5'000;  // milliseconds that another writer may take

DatabaseFault fault_of(int code) {
  switch (code & 0xFF) {  // the rest is detail
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
      return DatabaseFault::none;
    case SQLITE_CANTOPEN:
      return DatabaseFault::missing;
    case SQLITE_NOTADB:
      return DatabaseFault::not_database;
    case SQLITE_CORRUPT:
      return DatabaseFault::corrupt;
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return DatabaseFault::read_only;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return DatabaseFault::busy;
    case SQLITE_FULL:
      return DatabaseFault::full;
    case SQLITE_CONSTRAINT:
      return DatabaseFault::constraint;
    default:
      return DatabaseFault::other;
  }
}

const char* hint_for(DatabaseFault fault) {
  switch (fault) {
    case DatabaseFault::missing:
      return "check the path and its permissions";
    case DatabaseFault::not_database:
      return "check that the path is the right one";
    case DatabaseFault::corrupt:
      return "restore it from a backup, or try: sqlite3 FILE .recover";
    case DatabaseFault::read_only:
      return "check the permissions of the file and of its directory";
    case DatabaseFault::busy:
      return "try again when the other program is done";
    case DatabaseFault::full:
      return "free some space; what was there is untouched";
    default:
      return "the reason above is SQLite's own";
  }
}

namespace fs = std::filesystem;

// What tells a file from itself before it was written to.
struct State {
  std::uintmax_t size = 0;
  fs::file_time_type written{};
  bool operator==(const State&) const = default;
};

State state_of(const std::string& path) {
  std::error_code ignored;
  return {.size = fs::file_size(path, ignored), .written = fs::last_write_time(path, ignored)};
}

// What the statements of a database share with it.
struct Connection {
  std::string path;
  sqlite3* handle = nullptr;
  DatabaseFault fault = DatabaseFault::none;
  bool lacks_log = false;
  std::optional<State> as_opened;  // where nothing keeps others from writing

  ~Connection() { sqlite3_close_v2(handle); }

  tl::unexpected<Error> failed(const char* what, int code) {
    fault = fault_of(code);
    return fail({.kind = ErrorKind::failure,
                 .what = fmt::format("could not {} {}", what, path),
                 .why = handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(code),
                 .hint = hint_for(fault)});
  }
};

class SqliteStatement final : public Statement {
 public:
  SqliteStatement(std::shared_ptr<Connection> connection, sqlite3_stmt* statement)
      : connection_(std::move(connection)), statement_(statement) {}
  ~SqliteStatement() override { sqlite3_finalize(statement_); }
  SqliteStatement(const SqliteStatement&) = delete;
  SqliteStatement& operator=(const SqliteStatement&) = delete;

  Status bind(int parameter, i64 value) override {
    return checked(sqlite3_bind_int64(statement_, parameter, value));
  }
  Status bind(int parameter, std::string_view value) override {
    // The library's own marker for "make a copy" is a cast integer.
    constexpr auto kLength = [](std::string_view text) { return static_cast<sqlite3_uint64>(text.size()); };
    return checked(sqlite3_bind_text64(statement_, parameter, value.data() == nullptr ? "" : value.data(),
                                       kLength(value), copied(), SQLITE_UTF8));
  }
  Status bind(int parameter, double value) override {
    return checked(sqlite3_bind_double(statement_, parameter, value));
  }
  Status bind_blob(int parameter, std::string_view bytes) override {
    return checked(sqlite3_bind_blob64(statement_, parameter, bytes.data() == nullptr ? "" : bytes.data(),
                                       bytes.size(), copied()));
  }
  Status bind_null(int parameter) override { return checked(sqlite3_bind_null(statement_, parameter)); }

  Result<bool> step() override {
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return connection_->failed("read or write", code);
  }
  void reset() override { sqlite3_reset(statement_); }

  std::optional<i64> integer(int column) const override {
    if (is_null(column)) return std::nullopt;
    return sqlite3_column_int64(statement_, column);
  }
  std::optional<double> real(int column) const override {
    if (is_null(column)) return std::nullopt;
    return sqlite3_column_double(statement_, column);
  }
  std::optional<std::string_view> text(int column) const override {
    if (is_null(column)) return std::nullopt;
    const void* const text = sqlite3_column_text(statement_, column);
    if (text == nullptr) return std::nullopt;  // out of memory
    return std::string_view(static_cast<const char*>(text),
                            static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
  }
  std::optional<std::string_view> blob(int column) const override {
    if (is_null(column)) return std::nullopt;
    const void* const bytes = sqlite3_column_blob(statement_, column);  // nullptr also for an empty one
    return std::string_view(
        static_cast<const char*>(bytes),
        bytes == nullptr ? 0 : static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
  }

 private:
  static sqlite3_destructor_type copied() {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
    return SQLITE_TRANSIENT;
#pragma GCC diagnostic pop
  }
  bool is_null(int column) const {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
  }
  Status checked(int code) {
    if (code == SQLITE_OK) return {};
    return connection_->failed("bind a value for", code);
  }

  std::shared_ptr<Connection> connection_;
  sqlite3_stmt* statement_;
};

class SqliteDatabase final : public Database {
 public:
  explicit SqliteDatabase(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}

  Result<std::unique_ptr<Statement>> prepare(std::string_view sql) override {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v2(connection_->handle, sql.data(), static_cast<int>(sql.size()),
                                        &statement, nullptr);
    if (code != SQLITE_OK) return connection_->failed("query", code);
    return std::make_unique<SqliteStatement>(connection_, statement);
  }
  Status run(const std::string& sql) override {
    const int code = sqlite3_exec(connection_->handle, sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return connection_->failed("change", code);
    return {};
  }
  i64 changes() const override { return sqlite3_changes64(connection_->handle); }
  DatabaseFault fault() const override { return connection_->fault; }
  bool lacks_log() const override { return connection_->lacks_log; }
  bool was_disturbed() const override {
    return connection_->as_opened && *connection_->as_opened != state_of(connection_->path);
  }

 private:
  std::shared_ptr<Connection> connection_;
};

std::string as_uri(const std::string& path) {
  std::string uri = "file:";
  for (const char c : path) {
    if (c == '?' || c == '#' || c == '%') {
      uri += fmt::format("%{:02x}", static_cast<unsigned>(c));
    } else {
      uri += c;
    }
  }
  return uri + "?immutable=1";
}

// What lies beside a database that is to be read.
struct Beside {
  std::string path;  // links followed: SQLite looks there
  bool uses_log = false, log = false, log_is_empty = true, index = false, journal = false;
};

Beside look_beside(const std::string& path) {
  std::error_code error;
  Beside beside{.path = fs::canonical(path, error).string()};
  if (error) beside.path = path;
  const auto size = [&](const char* end) {
    std::error_code missing;
    const std::uintmax_t bytes = fs::file_size(beside.path + end, missing);
    return missing ? std::optional<std::uintmax_t>() : bytes;
  };
  std::array<char, 20> head{};
  std::ifstream(beside.path, std::ios::binary).read(head.data(), head.size());
  beside.uses_log = head[18] == 2 || head[19] == 2;  // of the file format: versions to write and to read
  beside.log = size("-wal").has_value();
  beside.log_is_empty = size("-wal").value_or(0) == 0;
  beside.index = size("-shm").has_value();
  beside.journal = size("-journal").value_or(0) > 0;
  return beside;
}

class SqliteDatabases final : public Databases {
 public:
  Result<std::unique_ptr<Database>> open(const std::string& path, DatabaseMode mode,
                                         DatabaseFault* fault) override {
    // SQLite would let others read a new file; its logs take the mode of the file.
    if (mode == DatabaseMode::write) static_cast<void>(open_fd(path, O_RDWR | O_CREAT | O_EXCL, 0600));
    auto opened = mode == DatabaseMode::write
                      ? open_with(path, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
                      : open_to_read(path);
    if (!opened && fault != nullptr) *fault = fault_;
    if (!opened) return fail(std::move(opened).error());
    return std::make_unique<SqliteDatabase>(std::move(*opened));
  }

 private:
  using Opened = Result<std::shared_ptr<Connection>>;

  // A database with a write-ahead log wants to create files beside it even for reading, unless a program that
  // writes has done so.
  Opened open_to_read(const std::string& path) {
    std::error_code ignored;
    if (fs::status(path, ignored).type() == fs::file_type::not_found) {
      // Most runs: nobody records the card. What SQLite would say, without its memory.
      Connection none{.path = path};
      fault_ = fault_of(SQLITE_CANTOPEN);
      return none.failed("open", SQLITE_CANTOPEN);
    }
    const Beside beside = look_beside(path);
    if (beside.uses_log && !beside.log) return open_as_it_stands(path, true);
    if (beside.uses_log && beside.log_is_empty && !beside.index) return open_as_it_stands(path, false);
    if (beside.uses_log && !beside.index) return open_copy(path, beside.path);
    Opened opened = open_with(path, path, SQLITE_OPEN_READONLY);
    const bool unreadable =
        !opened && (fault_ == DatabaseFault::missing || fault_ == DatabaseFault::read_only);
    if (!unreadable || !fs::is_regular_file(path, ignored)) return opened;
    // It may read the database, and not what lies beside it.
    if (beside.uses_log && !beside.log_is_empty) return open_copy(path, beside.path);
    if (!beside.journal) return open_as_it_stands(path, false);
    opened.error().hint = "a change was begun and not finished: open it once with the program that it is of";
    return opened;
  }

  Opened open_as_it_stands(const std::string& path, bool lacks_log) {
    const State before = state_of(path);
    Opened opened = open_with(path, as_uri(path), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
    if (!opened) return opened;
    (*opened)->lacks_log = lacks_log;
    (*opened)->as_opened = before;
    return opened;
  }

  // With its log, and apart: the index that the log needs is made there. SQLite holds the files, so they need
  // no name once it has them.
  Opened open_copy(const std::string& path, const std::string& real) {
    TRY_ASSIGN(const auto directory, make_disk_files()->make_private_directory());
    const std::string copy = directory->path() + "/copy";
    const std::pair before{state_of(real), state_of(real + "-wal")};
    for (const char* end : {"", "-wal"}) {
      std::error_code error;
      fs::copy_file(real + end, copy + end, error);
      if (!error) continue;
      fault_ = DatabaseFault::missing;
      return fail({.kind = ErrorKind::failure,
                   .what = fmt::format("could not open {}", path),
                   .why = fmt::format("{}{}: {}", path, end, error.message()),
                   .hint = "check the permissions of the file and of the log beside it"});
    }
    if (before != std::pair{state_of(real), state_of(real + "-wal")}) {
      fault_ = DatabaseFault::busy;
      return fail({.kind = ErrorKind::failure,
                   .what = fmt::format("could not open {}", path),
                   .why = "it was written to while it was copied",
                   .hint = "run it again"});
    }
    TRY_ASSIGN(auto opened, open_with(path, copy, SQLITE_OPEN_READWRITE));
    const int code = sqlite3_exec(opened->handle, "pragma query_only = 1", nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return opened->failed("open", code);
    return opened;
  }

  // `path` is what it is called, `name` what is opened.
  Opened open_with(const std::string& path, const std::string& name, int flags) {
    const auto connection = std::make_shared<Connection>();
    connection->path = path;
    int code = sqlite3_open_v2(name.c_str(), &connection->handle, flags, nullptr);
    if (code == SQLITE_OK) {
      sqlite3_busy_timeout(connection->handle, kPatience);
      // Opening reads nothing yet: the schema tells whether it is a database.
      code =
          sqlite3_exec(connection->handle, "select count(*) from sqlite_schema", nullptr, nullptr, nullptr);
    }
    fault_ = fault_of(code);
    if (code != SQLITE_OK) return connection->failed("open", code);
    return connection;
  }

  DatabaseFault fault_ = DatabaseFault::none;  // of the last try
};

}  // namespace

std::unique_ptr<Databases> make_sqlite_databases() {
  return std::make_unique<SqliteDatabases>();
}

}  // namespace ctxcap::io
