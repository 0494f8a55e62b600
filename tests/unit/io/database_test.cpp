// The database seam over SQLite: values in and out, transactions, and faults that can be told apart.

#include "ports/database.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "io/io.hpp"

using namespace ctxcap;

namespace {

struct Place {
  io::RealWorld real;
  std::unique_ptr<Files::PrivateDirectory> directory =
      std::move(*real.world().files.make_private_directory());
  Databases& databases = real.world().databases;
  std::string path(const std::string& name) const { return directory->path() + "/" + name; }

  std::unique_ptr<Database> made(const std::string& name, const std::string& sql) {
    auto database = databases.open(path(name), DatabaseMode::write);
    REQUIRE(database.has_value());
    REQUIRE((*database)->run(sql).has_value());
    return std::move(*database);
  }
};

i64 number(Database& database, const std::string& sql) {
  const auto rows = database.prepare(sql);
  REQUIRE(rows.has_value());
  const auto row = (*rows)->step();
  REQUIRE(row.has_value());
  REQUIRE(*row);
  return (*rows)->integer(0).value();
}

}  // namespace

TEST_CASE("what is bound comes back, null as nothing") {
  Place place;
  const auto database = place.made("a.db", "create table t (n integer, s text, x real)");
  const auto insert = database->prepare("insert into t values (?, ?, 0.5)");
  REQUIRE(insert.has_value());
  using namespace std::string_literals;
  const std::string odd = "a\0b 'quoted' \xc3\xa4"s;
  REQUIRE((*insert)->bind(1, i64{1} << 62).has_value());
  REQUIRE((*insert)->bind(2, odd).has_value());
  CHECK((*insert)->step() == false);
  CHECK(database->changes() == 1);
  (*insert)->reset();
  REQUIRE((*insert)->bind_null(1).has_value());
  REQUIRE((*insert)->bind(2, "").has_value());
  CHECK((*insert)->step() == false);

  const auto rows = database->prepare("select n, s, x from t order by rowid");
  REQUIRE(rows.has_value());
  REQUIRE((*rows)->step() == true);
  CHECK((*rows)->integer(0) == i64{1} << 62);
  CHECK((*rows)->text(1) == odd);
  CHECK((*rows)->real(2) == 0.5);
  REQUIRE((*rows)->step() == true);
  CHECK_FALSE((*rows)->integer(0).has_value());
  CHECK_FALSE((*rows)->text(0).has_value());
  CHECK((*rows)->text(1) == "");
  CHECK((*rows)->step() == false);
  CHECK_FALSE((*rows)->bind(9, i64{1}).has_value());
}

TEST_CASE("blobs and reals come back, an empty blob as empty") {
  Place place;
  const auto database = place.made("a.db", "create table t (b blob, x real)");
  const auto insert = database->prepare("insert into t values (?, ?)");
  REQUIRE(insert.has_value());
  using namespace std::string_literals;
  for (const std::string& bytes : {"\0\x01\xff"s, ""s}) {
    REQUIRE((*insert)->bind_blob(1, bytes).has_value());
    REQUIRE((*insert)->bind(2, 0.25).has_value());
    CHECK((*insert)->step() == false);
    (*insert)->reset();
  }
  const auto rows = database->prepare("select b, x from t order by rowid");
  REQUIRE(rows.has_value());
  REQUIRE((*rows)->step() == true);
  CHECK((*rows)->blob(0) == "\0\x01\xff"s);
  CHECK((*rows)->real(1) == 0.25);
  REQUIRE((*rows)->step() == true);
  CHECK((*rows)->blob(0) == "");
}

TEST_CASE("a new database is for its user alone, and one that exists keeps its mode") {
  Place place;
  namespace fs = std::filesystem;
  place.made("a.db", "pragma journal_mode = wal; create table t (n)");
  const auto for_me = fs::perms::owner_read | fs::perms::owner_write;
  CHECK(fs::status(place.path("a.db")).permissions() == for_me);
  fs::permissions(place.path("a.db"), for_me | fs::perms::group_read);
  const auto again = place.made("a.db", "insert into t values (1)");
  CHECK(fs::status(place.path("a.db")).permissions() == (for_me | fs::perms::group_read));
  CHECK(fs::status(place.path("a.db-wal")).permissions() == (for_me | fs::perms::group_read));
}

TEST_CASE("a transaction is all or nothing") {
  Place place;
  const auto database = place.made("a.db", "create table t (n)");
  {
    auto change = Transaction::begin(*database);
    REQUIRE(change.has_value());
    REQUIRE(database->run("insert into t values (1)").has_value());
  }
  CHECK(number(*database, "select count(*) from t") == 0);
  auto change = Transaction::begin(*database);
  REQUIRE(change.has_value());
  REQUIRE(database->run("insert into t values (1)").has_value());
  REQUIRE(change->commit().has_value());
  CHECK(number(*database, "select count(*) from t") == 1);
}

TEST_CASE("faults are told apart") {
  Place place;
  DatabaseFault fault = DatabaseFault::none;
  CHECK_FALSE(place.databases.open(place.path("none.db"), DatabaseMode::read, &fault).has_value());
  CHECK(fault == DatabaseFault::missing);
  CHECK_FALSE(std::filesystem::exists(place.path("none.db")));

  std::ofstream(place.path("text")) << std::string(200, 'x');
  const auto text = place.databases.open(place.path("text"), DatabaseMode::read, &fault);
  REQUIRE_FALSE(text.has_value());
  CHECK(fault == DatabaseFault::not_database);
  CHECK(text.error().what == "could not open " + place.path("text"));
  CHECK_FALSE(place.databases.open(place.directory->path(), DatabaseMode::read, &fault).has_value());
  CHECK(fault != DatabaseFault::none);

  auto database = place.made("a.db", "create table t (n primary key); insert into t values (1)");
  CHECK_FALSE(database->run("insert into t values (1)").has_value());
  CHECK(database->fault() == DatabaseFault::constraint);
  CHECK_FALSE(database->prepare("select nothing from nowhere").has_value());
  CHECK(database->fault() == DatabaseFault::other);

  // No room: the database may not grow.
  REQUIRE(database->run("pragma max_page_count = 4").has_value());
  CHECK_FALSE(database->run("insert into t values (zeroblob(100000))").has_value());
  CHECK(database->fault() == DatabaseFault::full);
  CHECK(number(*database, "select count(*) from t") == 1);

  const auto reader = place.databases.open(place.path("a.db"), DatabaseMode::read);
  REQUIRE(reader.has_value());
  CHECK(number(**reader, "select n from t") == 1);
  CHECK_FALSE((*reader)->run("insert into t values (2)").has_value());
  CHECK((*reader)->fault() == DatabaseFault::read_only);

  // Somebody else is writing, and nobody waits.
  REQUIRE(database->run("begin immediate").has_value());
  const auto other = place.databases.open(place.path("a.db"), DatabaseMode::write);
  REQUIRE(other.has_value());
  REQUIRE((*other)->run("pragma busy_timeout = 0").has_value());
  CHECK_FALSE((*other)->run("begin immediate").has_value());
  CHECK((*other)->fault() == DatabaseFault::busy);
}

TEST_CASE("a damaged database is an error, not a crash") {
  Place place;
  std::string sql = "create table t (s); ";
  for (int i = 0; i < 200; ++i) sql += "insert into t values (hex(randomblob(100))); ";
  place.made("a.db", sql).reset();
  std::fstream file(place.path("a.db"), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(4096);
  file << std::string(12'000, '\xff');
  file.close();
  const auto database = place.databases.open(place.path("a.db"), DatabaseMode::read);
  REQUIRE(database.has_value());
  const auto rows = (*database)->prepare("select s from t");
  REQUIRE(rows.has_value());
  Result<bool> row = true;
  while (row && *row) row = (*rows)->step();
  CHECK_FALSE(row.has_value());
  CHECK((*database)->fault() == DatabaseFault::corrupt);
}

TEST_CASE("a database with a log beside it is read where nothing may be written") {
  Place place;
  auto database =
      place.made("a?b#%.db", "pragma journal_mode = wal; create table t (n); insert into t values (7)");
  database.reset();  // the log is folded in
  namespace fs = std::filesystem;
  fs::permissions(place.directory->path(), fs::perms::owner_read | fs::perms::owner_exec);
  const auto reader = place.databases.open(place.path("a?b#%.db"), DatabaseMode::read);
  if (reader) CHECK(number(**reader, "select n from t") == 7);
  fs::permissions(place.directory->path(), fs::perms::owner_all);
  CHECK(reader.has_value());
}
