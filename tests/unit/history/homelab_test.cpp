#include "history/homelab.hpp"

#include <doctest/doctest.h>

#include <filesystem>

#include "card/card.hpp"
#include "io/io.hpp"
#include "support/shared.hpp"

using namespace ctxcap;
namespace fs = std::filesystem;

namespace {

// Of version 0.6: no host, no interval, no table of each card.
constexpr const char* kOldSchema =
    "create table samples(ts integer primary key, util real, mem_used real, mem_total real, power real);"
    "create table proc(ts integer, service text, mem real);"
    "create table models(ts integer, service text, model text, vram real);"
    "create table events(ts integer, service text, kind text, detail text);";
constexpr const char* kRows =
    "insert into samples values (1000, 3, 9000, 24576, 28), (1010, 3, 1000, 24576, 28);"
    "insert into proc values (1000, 'whisperx', 4000), (1000, 'whisperx', 500), (1000, 'ollama', 4000);"
    "insert into models values (1000, 'ollama', 'm', 3600);"
    "insert into events values (1005, 'whisperx', 'oom', 'CUDA out of memory. Tried to allocate 2.34 GiB.'),"
    " (1006, 'ollama', 'restart', '');";

struct Folder {
  io::RealWorld real;
  World world = real.world();
  std::unique_ptr<Files::PrivateDirectory> directory = *world.files.make_private_directory();
  std::string path = directory->path() + "/gpu.db";

  std::unique_ptr<Database> writer(const char* first) {
    auto database = world.databases.open(path, DatabaseMode::write);
    REQUIRE(database);
    for (const char* sql : {first, kOldSchema, kRows}) REQUIRE((*database)->run(sql));
    return std::move(*database);
  }
  Result<CardUse> read(const std::string& file) {
    history::Joined joined({});
    TRY(history::read_homelab(world.databases, file, joined));
    const auto cards = std::move(joined).finish();
    REQUIRE(cards.size() == 1);
    return card::use_of(cards.front());
  }
};

void check(const Result<CardUse>& use) {
  REQUIRE(use);
  CHECK(use->watched == 20);
  REQUIRE(use->tenants.size() == 3);
  CHECK(use->tenants[0].tenant.name == "whisperx");
  CHECK(use->tenants[0].peak == Bytes{4'500} << 20);
  CHECK(use->tenants[0].with_llm.joint_peak == Bytes{8'500} << 20);
  CHECK(use->tenants[0].ooms == 1);
}

}  // namespace

TEST_CASE(
    "homelab-monitor's database of an older schema, beside its writer, and as a copy of all its files") {
  Folder folder;
  const auto writer = folder.writer("pragma journal_mode = wal;");
  check(folder.read(folder.path));
  const std::string copy = folder.directory->path() + "/copy";
  fs::create_directory(copy);
  for (const char* end : {"", "-wal", "-shm"}) fs::copy_file(folder.path + end, copy + "/gpu.db" + end);
  check(folder.read(copy + "/gpu.db"));
  fs::remove(copy + "/gpu.db-shm");
  fs::permissions(copy, fs::perms::owner_read | fs::perms::owner_exec);
  check(folder.read(copy + "/gpu.db"));
  fs::permissions(copy, fs::perms::owner_all);
  CHECK(!fs::exists(copy + "/gpu.db-shm"));  // nothing is left beside what is others'
}

TEST_CASE("a copy without the log beside it is empty, and says which file is missing") {
  Folder folder;
  const auto writer = folder.writer("pragma journal_mode = wal; pragma wal_autocheckpoint = 0;");
  const std::string copy = folder.directory->path() + "/alone.db";
  fs::copy_file(folder.path, copy);
  const auto read = folder.read(copy);
  REQUIRE(!read);
  CHECK(read.error().kind == ErrorKind::usage);
  CHECK(read.error().hint == "copy gpu.db-wal with it: the newest rows are there");
}

TEST_CASE("what it recorded on a stub card of version 0.6") {
  if (!test::shared_file("card/homelab-monitor/v0.6.0/gpu.db")) return;
  Folder folder;
  const auto use = folder.read(CTXCAP_SHARED "/card/homelab-monitor/v0.6.0/gpu.db");
  REQUIRE(use);
  std::map<std::string, Bytes> peaks;
  for (const TenantUse& tenant : use->tenants) peaks[tenant.tenant.name] = tenant.peak >> 20;
  CHECK(peaks["ollama"] == 17'452);
  CHECK(peaks["whisperx"] == 7'343);
  CHECK(peaks["host:python"] == 1'210);
  CHECK(use->step == 3);
  CHECK(use->ooms.size() == 2);
}
