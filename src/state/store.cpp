#include "state/store.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "state/schema.hpp"

namespace ctxcap::state {
namespace {

i64 latest_version() {
  return static_cast<i64>(migrations().size());
}

bool is_damage(DatabaseFault fault) {
  return fault == DatabaseFault::corrupt || fault == DatabaseFault::not_database;
}

Error state_error(const std::string& path, std::string why, std::string hint) {
  return {.kind = ErrorKind::failure,
          .what = "the state of ctxcap cannot be used",
          .why = path + ": " + std::move(why),
          .hint = std::move(hint)};
}

std::string hint_for(DatabaseFault fault) {
  switch (fault) {
    case DatabaseFault::full:
      return "free some space, or move it with CTXCAP_STATE_DIR; what it holds is untouched";
    case DatabaseFault::read_only:
    case DatabaseFault::missing:
      return "let this user write there, or choose another place with CTXCAP_STATE_DIR";
    case DatabaseFault::busy:
      return "another ctxcap is writing; try again when it is done";
    case DatabaseFault::corrupt:
    case DatabaseFault::not_database:
      return "ctxcap doctor";
    default:
      return "ctxcap doctor   looks at it";
  }
}

// "20260821T010203Z": no character that a file name cannot hold anywhere.
std::string time_for_a_name(Instant now) {
  std::string text = rfc3339({now.micros - now.micros % 1'000'000});
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

}  // namespace

Result<std::string> state_directory(World& world) {
  const auto value = [&](const char* name) { return world.environment.get(name).value_or(""); };
  if (const std::string own = value(kDirectoryVariable); !own.empty()) return own;
  // A relative XDG_STATE_HOME is to be ignored, says its specification.
  if (const std::string xdg = value("XDG_STATE_HOME"); xdg.starts_with('/')) return xdg + "/ctxcap";
  if (const std::string home = value("HOME"); !home.empty()) return home + "/.local/state/ctxcap";
  // Several are joined by colons; the first is the one that the service names first.
  const std::string service = value("STATE_DIRECTORY");
  if (service.starts_with('/')) return service.substr(0, service.find(':'));
  return fail(
      {.kind = ErrorKind::usage,
       .what = "ctxcap has no place for its state",
       .why = "neither HOME nor XDG_STATE_HOME is set, nor STATE_DIRECTORY as a systemd service has it",
       .hint = "name a place: CTXCAP_STATE_DIR=/var/lib/ctxcap"});
}

Result<std::unique_ptr<Files::Lock>> lock(World& world, const std::string& server) {
  TRY_ASSIGN(const std::string directory, state_directory(world));
  TRY(world.files.make_directories(directory));
  std::string name = "/lock-" + server;
  for (char& c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
    if (!plain && &c != name.data()) c = '_';
  }
  return world.files.lock(directory + name);
}

Result<std::unique_ptr<Files::PrivateDirectory>> copy(World& world) {
  TRY_ASSIGN(auto copy, world.files.make_private_directory());
  TRY_ASSIGN(const std::string from, state_directory(world));
  for (const char* name : {"/state.db", "/state.db-wal"}) {
    if (world.files.kind(from + name) != PathKind::file) continue;
    TRY_ASSIGN(const std::unique_ptr<MappedFile> file, world.files.map(from + name));
    TRY(world.files.write_atomic(copy->path() + name, file->bytes()));
  }
  return copy;
}

Error unreadable(const Store& store, const std::string& what) {
  return state_error(store.path(), what + " cannot be read back", "ctxcap doctor");
}

Result<std::unique_ptr<Store>> Store::open(World& world, Access access) {
  TRY_ASSIGN(const std::string directory, state_directory(world));
  std::unique_ptr<Store> store(new Store(directory + "/state.db"));
  if (access == Access::read) {
    if (world.files.kind(store->path_) == PathKind::missing) return store;
    TRY(store->open_for_reading(world.databases));
    TRY_ASSIGN(const std::optional<i64> version, store->number("pragma user_version"));
    if (version == latest_version()) return store;
    store->database_.reset();  // older: brought up to date first
  }
  TRY(world.files.make_directories(directory));
  TRY(store->open_for_writing(world));
  return store;
}

Status Store::open_for_reading(Databases& databases) {
  DatabaseFault fault = DatabaseFault::none;
  Result<std::unique_ptr<Database>> database = databases.open(path_, DatabaseMode::read, &fault);
  if (!database) return fail(state_error(path_, database.error().why, hint_for(fault)));
  database_ = std::move(*database);
  return check_owner();
}

Status Store::open_for_writing(World& world) {
  DatabaseFault fault = DatabaseFault::none;
  Result<std::unique_ptr<Database>> database = world.databases.open(path_, DatabaseMode::write, &fault);
  if (!database) {
    Error error = state_error(path_, database.error().why, hint_for(fault));
    return fail(is_damage(fault) ? move_aside(world, error) : error);
  }
  database_ = std::move(*database);
  const auto prepare = [&]() -> Status {
    TRY(check_pages());
    TRY(check_owner());
    TRY(run("pragma journal_mode = wal"));
    TRY(run("pragma synchronous = full"));
    TRY(run("pragma foreign_keys = on"));
    return migrate(world.clock.now());
  };
  const Status ready = prepare();
  if (ready) return {};
  return fail(damaged_ || is_damage(database_->fault()) ? move_aside(world, ready.error()) : ready.error());
}

Status Store::check_pages() {
  std::string said;
  TRY(each("pragma quick_check(1)", [&](const Statement& row) { said = text_at(row, 0); }));
  if (said == "ok") return {};
  damaged_ = true;
  return fail(state_error(path_, "it is damaged: " + printable(said), hint_for(DatabaseFault::corrupt)));
}

Status Store::check_owner() {
  TRY_ASSIGN(const std::optional<i64> owner, number("pragma application_id"));
  TRY_ASSIGN(const std::optional<i64> version, number("pragma user_version"));
  TRY_ASSIGN(const std::optional<i64> tables, number("select count(*) from sqlite_schema"));
  if (owner != kApplicationId && (owner != 0 || version != 0 || tables != 0)) {
    return fail(state_error(path_, "it is a database of another program",
                            "move it away, or choose another place with CTXCAP_STATE_DIR"));
  }
  if (version.value_or(0) > latest_version()) {
    return fail(state_error(
        path_,
        fmt::format("its schema is version {}, this ctxcap knows {} and older", *version, latest_version()),
        "a newer ctxcap wrote it: use that one, or another CTXCAP_STATE_DIR"));
  }
  return {};
}

Status Store::migrate(Instant now) {
  TRY_ASSIGN(const std::optional<i64> version, number("pragma user_version"));
  for (i64 next = version.value_or(0) + 1; next <= latest_version(); ++next) {
    const Migration& migration = migrations()[static_cast<std::size_t>(next - 1)];
    TRY_ASSIGN(Transaction transaction, begin());
    // Somebody else may have been faster.
    TRY_ASSIGN(const std::optional<i64> now_at, number("pragma user_version"));
    if (now_at.value_or(0) >= next) continue;
    if (const Status done = database_->run(migration.sql); !done) return fail(explained(done.error()));
    TRY(run(fmt::format("pragma application_id = {}", kApplicationId)));
    TRY(run(fmt::format("pragma user_version = {}", next)));
    TRY(run("insert into migrations (version, name, applied) values (?, ?, ?)", next, migration.name, now));
    TRY(commit(transaction));
  }
  return {};
}

Error Store::move_aside(World& world, const Error& cause) {
  database_.reset();
  std::string kept = path_ + ".corrupt-" + time_for_a_name(world.clock.now());
  for (int i = 2; world.files.kind(kept) != PathKind::missing; ++i) {
    kept = fmt::format("{}.corrupt-{}-{}", path_, time_for_a_name(world.clock.now()), i);
  }
  Error error = cause;
  if (const Status moved = world.files.move(path_, kept); !moved) {
    error.hint = "move it away by hand; it could not be done: " + moved.error().why;
    return error;
  }
  for (const char* log : {"-wal", "-shm"}) {
    if (world.files.kind(path_ + log) == PathKind::missing) continue;
    // A log that stays behind would be taken for that of the next database.
    if (const Status moved = world.files.move(path_ + log, kept + log); !moved)
      error.why += "; " + moved.error().why;
  }
  error.why += "; it was moved to " + kept;
  error.hint = fmt::format(
      "put a backup in its place, or try: sqlite3 {} .recover   (the next run starts from nothing)", kept);
  return error;
}

Result<Transaction> Store::begin() {
  Result<Transaction> transaction = Transaction::begin(*database_);
  if (!transaction) return fail(explained(transaction.error()));
  return transaction;
}

Status Store::commit(Transaction& transaction) {
  if (const Status done = transaction.commit(); !done) return fail(explained(done.error()));
  return {};
}

Error Store::explained(const Error& error) const {
  return state_error(path_, error.why, hint_for(database_->fault()));
}

}  // namespace ctxcap::state
