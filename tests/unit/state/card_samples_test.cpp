#include "state/card_samples.hpp"

#include <doctest/doctest.h>

#include "sandbox.hpp"
#include "state/state.hpp"

using namespace ctxcap;

namespace {

constexpr i64 kSecond = 1'000'000, kStep = 2 * kSecond;
constexpr Bytes kMiB = 1 << 20;

CardLook look_of(Bytes used, std::vector<std::pair<const char*, Bytes>> held = {}) {
  CardLook look{.facts = {.uuid = "GPU-1",
                          .name = "a card",
                          .total = 24'576 * kMiB,
                          .reserved = 300 * kMiB,
                          .used = used * kMiB}};
  i64 pid = 100;
  for (const auto& [name, bytes] : held) {
    look.processes.push_back(
        {.pid = ++pid, .bytes = bytes * kMiB, .tenant = {name, TenantKind::unit, "unit"}});
  }
  return look;
}

Instant second(i64 at) {
  return {at * kSecond};
}

}  // namespace

TEST_CASE("only changes are rows, and what is read back is what was seen") {
  test::Sandbox box;
  World world = box.world();
  auto samples = state::CardSamples::open(world);
  REQUIRE(samples);
  for (i64 t = 0; t < 1'000; t += 2) {
    const bool busy = t >= 200 && t < 300;
    REQUIRE(samples->record(busy ? look_of(9'000, {{"stt", 8'000}}) : look_of(1'000), second(t), kStep));
  }
  const auto all = samples->histories();
  REQUIRE(all);
  REQUIRE(all->size() == 1);
  const CardHistory& history = all->front();
  REQUIRE(history.samples.size() == 3);
  CHECK(history.card.name == "a card");
  CHECK(history.step == kStep);
  CHECK(history.samples[1].at == second(200));
  CHECK(history.samples[1].lasts == 100 * kSecond);
  CHECK(history.samples[1].used == 9'000 * kMiB);
  REQUIRE(history.samples[1].held.size() == 1);
  CHECK(history.tenants[history.samples[1].held[0].tenant].name == "stt");
  CHECK(history.samples[2].lasts == 700 * kSecond);  // to the last look, and one step
}

TEST_CASE("where nobody watched there is a gap: late looks, other runs, clocks that are set back") {
  test::Sandbox box;
  World world = box.world();
  {
    auto samples = state::CardSamples::open(world);
    REQUIRE(samples);
    REQUIRE(samples->record(look_of(1), second(100), kStep));
    REQUIRE(samples->record(look_of(1), second(102), kStep));
    REQUIRE(samples->record(look_of(1), second(200), kStep));  // late
    REQUIRE(samples->record(look_of(1), second(150), kStep));  // set back
  }
  auto samples = state::CardSamples::open(world);
  REQUIRE(samples);
  REQUIRE(samples->record(look_of(1), second(152), kStep));  // another run
  const auto all = samples->histories();
  REQUIRE(all);
  std::vector<i64> at, lasts;
  for (const CardSample& sample : all->front().samples) {
    at.push_back(sample.at.micros / kSecond);
    lasts.push_back(sample.lasts / kSecond);
  }
  CHECK(at == std::vector<i64>{100, 150, 152, 200});
  CHECK(lasts == std::vector<i64>{4, 2, 2, 2});
}

TEST_CASE("peaks by accounting only rise, and the rest can be asked for and forgotten by time") {
  test::Sandbox box;
  World world = box.world();
  auto samples = state::CardSamples::open(world);
  REQUIRE(samples);
  REQUIRE(samples->record(look_of(5, {{"stt", 4}}), second(100), kStep));
  REQUIRE(samples->record(look_of(5, {{"stt", 4}}), second(500), kStep));
  const CardTenant stt{"stt", TenantKind::unit, "unit"};
  REQUIRE(samples->peak("GPU-1", stt, 70 * kMiB));
  REQUIRE(samples->peak("GPU-1", stt, 60 * kMiB));
  auto all = samples->histories();
  REQUIRE(all);
  CHECK(all->front().exact_peaks.at(0) == 70 * kMiB);
  CHECK(all->front().samples.size() == 2);
  CHECK(samples->histories(second(300))->front().samples.size() == 1);
  CHECK(samples->histories(second(501))->front().samples.front().at == second(501));  // what lasts until then
  CHECK(samples->forget(second(300)) == 2);
  CHECK(samples->histories()->front().samples.size() == 1);
}

TEST_CASE("to read, nothing is made; what is no such file says so") {
  test::Sandbox box;
  World world = box.world();
  auto none = state::CardSamples::open(world, DatabaseMode::read);
  REQUIRE(none);
  CHECK(none->histories()->empty());
  CHECK(!state::CardSamples::open(world, DatabaseMode::read)->histories()->size());
  const auto directory = state::state_directory(world);
  REQUIRE(directory);
  REQUIRE(world.files.make_directories(*directory));
  REQUIRE(
      world.files.write_atomic(*directory + "/card.db", "not a database, and long enough to be looked at"));
  const auto other = state::CardSamples::open(world);
  REQUIRE(!other);
  CHECK(other.error().what == "the samples of the card cannot be used");
}

TEST_CASE("what ran with which window, and who ran out of memory, is there with the samples") {
  test::Sandbox box;
  World world = box.world();
  auto samples = state::CardSamples::open(world);
  REQUIRE(samples);
  CardLook look = look_of(17'900, {{"ollama", 17'400}});
  look.processes[0].runs = RunningWeights{.weights = "abc", .num_ctx = 40'960, .parallel = 2};
  for (i64 t = 100; t < 120; t += 2) REQUIRE(samples->record(look, second(t), kStep));
  look.processes[0].pid = 7;
  look.processes[0].runs->num_ctx = 8'192;
  REQUIRE(samples->record(look, second(120), kStep));
  CHECK(!samples->histories()->front().tells_ooms);
  CHECK(!*samples->heard("logs"));
  REQUIRE(samples->hear("logs", second(90)));
  REQUIRE(samples->hear("logs", second(119)));
  CHECK(*samples->heard("logs") == second(119));
  const CardOom oom{.at = second(110), .tenant = "stt", .wanted = 5 * kMiB, .pids = {7, 8}};
  REQUIRE(samples->oom(oom));
  REQUIRE(samples->oom({.at = second(110), .tenant = "stt", .held = 9 * kMiB, .wanted = 1 * kMiB}));
  const auto all = samples->histories();
  REQUIRE(all);
  const CardHistory& history = all->front();
  CHECK(history.tells_ooms);
  REQUIRE(history.ooms.size() == 1);
  CHECK(history.ooms[0].held == 9 * kMiB);
  CHECK(history.ooms[0].wanted == 5 * kMiB);
  CHECK(history.ooms[0].pids == std::vector<i64>{7, 8});
  REQUIRE(history.runs.size() == 2);
  CHECK(history.runs[0].num_ctx == 40'960);
  CHECK(history.runs[0].parallel == 2);
  CHECK(history.runs[1].at == second(120));
  CHECK(samples->histories(second(111))->front().ooms.empty());
}

TEST_CASE("a file of the first version is brought up to date, and can be read before it is") {
  test::Sandbox box;
  World world = box.world();
  {
    auto samples = state::CardSamples::open(world);
    REQUIRE(samples);
    REQUIRE(samples->record(look_of(1), second(100), kStep));
  }
  {
    auto old = world.databases.open(*state::state_directory(world) + "/card.db", DatabaseMode::write);
    REQUIRE(old);
    REQUIRE((*old)->run("drop table runs; drop table ooms; drop table heard; pragma user_version = 1;"));
  }
  auto reading = state::CardSamples::open(world, DatabaseMode::read);
  REQUIRE(reading);
  REQUIRE(reading->histories());
  CHECK(reading->histories()->size() == 1);
  auto writing = state::CardSamples::open(world);
  REQUIRE(writing);
  REQUIRE(writing->hear("logs", second(1)));
  CHECK(writing->histories()->size() == 1);
}

TEST_CASE(
    "a log has its own name for who ran out of memory; the process that it told of is the one that was "
    "seen") {
  test::Sandbox box;
  World world = box.world();
  auto samples = state::CardSamples::open(world);
  REQUIRE(samples);
  for (i64 t = 100; t < 120; t += 2) REQUIRE(samples->record(look_of(900, {{"stt", 800}}), second(t), kStep));
  REQUIRE(samples->hear("logs", second(119)));
  REQUIRE(samples->oom({.at = second(110), .tenant = "whisperx-1", .pids = {7, 101}}));
  REQUIRE(samples->oom({.at = second(114), .tenant = "other", .pids = {7}}));
  const auto all = samples->histories();
  REQUIRE(all);
  REQUIRE(all->front().ooms.size() == 2);
  CHECK(all->front().ooms[0].sampled() == "stt");
  CHECK(all->front().ooms[1].sampled() == "other");
}

TEST_CASE("a look costs no wait for the disk, and a reader needs nothing but the folder") {
  test::Sandbox box;
  World world = box.world();
  auto samples = state::CardSamples::open(world);
  REQUIRE(samples);
  REQUIRE(samples->record(look_of(1), second(100), kStep));
  const std::string path = *state::state_directory(world) + "/card.db";
  CHECK(world.files.read_all(path + "-wal"));
  auto reading = state::CardSamples::open(world, DatabaseMode::read);
  REQUIRE(reading);
  CHECK(reading->histories()->size() == 1);
}
