// Disks that are full, read-only or damaged, and others who are there too: each says what it is, and nothing
// that was known is lost.

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "sandbox.hpp"

using namespace ctxcap;
using test::Sandbox;

namespace {

Error error_of(Sandbox& sandbox, state::Access access = state::Access::write) {
  World world = sandbox.world();
  auto state = state::State::open(world, access);
  REQUIRE_FALSE(state.has_value());
  CHECK(state.error().kind == ErrorKind::failure);
  CHECK(state.error().why.find(sandbox.file()) == 0);
  return state.error();
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

void fill(Sandbox& sandbox) {
  state::State state = sandbox.open();
  for (int i = 0; i < 300; ++i) {
    REQUIRE(state.record(DecisionRecord{
        .at = Instant{i}, .job = "a job", .model = "m", .reason = "a reason that fills the page somewhat"}));
  }
}

}  // namespace

TEST_CASE("the state is for its user alone") {
  Sandbox sandbox;
  state::State state = sandbox.open();
  namespace fs = std::filesystem;
  const auto for_me = fs::perms::owner_read | fs::perms::owner_write;
  CHECK(fs::status(sandbox.file()).permissions() == for_me);
  CHECK(fs::status(sandbox.directory()).permissions() == (for_me | fs::perms::owner_exec));
  for (const std::string& name : sandbox.files_there())
    CHECK(fs::status(sandbox.directory() + "/" + name).permissions() == for_me);
}

TEST_CASE("a new state that meets a fault at any moment opens clean afterwards") {
  struct Row {
    DatabaseFault fault;
    const char* hint;
  };
  for (const auto& [fault, hint] : {Row{DatabaseFault::full, "free some space"},
                                    Row{DatabaseFault::read_only, "let this user write there"},
                                    Row{DatabaseFault::busy, "another ctxcap is writing"}}) {
    int failures = 0;
    for (int calls = 0; calls < 200; ++calls) {
      CAPTURE(calls);
      Sandbox sandbox;
      sandbox.databases.fault = fault;
      sandbox.databases.calls_left = calls;
      World world = sandbox.world();
      const auto opened = state::State::open(world);
      if (opened) break;
      ++failures;
      CHECK(holds(opened.error().hint, hint));
      CHECK(opened.error().why.find(sandbox.file()) == 0);
      sandbox.databases.fault = DatabaseFault::none;
      CHECK(sandbox.open().runs()->empty());
      CHECK(sandbox.open().health()->damage.empty());
    }
    CHECK(failures > 5);
    CHECK(failures < 200);
  }
}

TEST_CASE("a damaged state is moved aside once, with a clear error; the next run starts from nothing") {
  const auto damage = [](Sandbox& sandbox, auto write) {
    fill(sandbox);
    std::fstream file(sandbox.file(), std::ios::in | std::ios::out | std::ios::binary);
    write(file);
  };
  const auto wipe_pages = [](std::fstream& file) {
    file.seekp(3 * 4'096);
    file << std::string(8'192, '\xff');
  };
  const auto wipe_header = [](std::fstream& file) { file << std::string(200, 'x'); };
  for (int kind = 0; kind < 2; ++kind) {
    CAPTURE(kind);
    Sandbox sandbox;
    kind == 0 ? damage(sandbox, wipe_pages) : damage(sandbox, wipe_header);
    const std::string bytes = sandbox.world().files.read_all(sandbox.file()).value();
    if (kind == 1) CHECK(holds(error_of(sandbox, state::Access::read).hint, "ctxcap doctor"));
    CHECK(sandbox.world().files.read_all(sandbox.file()).value() == bytes);

    const Error error = error_of(sandbox);
    const std::string kept = sandbox.file() + ".corrupt-20260820T000000Z";
    CHECK(holds(error.why, kept));
    CHECK(holds(error.hint, ".recover"));
    CHECK(sandbox.world().files.read_all(kept).value() == bytes);
    CHECK(sandbox.open().runs()->empty());

    // Again within the same second: the first copy stays.
    std::ofstream(sandbox.file(), std::ios::binary | std::ios::trunc) << std::string(5'000, 'y');
    for (const char* log : {"-wal", "-shm"}) std::filesystem::remove(sandbox.file() + log);
    CHECK(holds(error_of(sandbox).why, kept + "-2"));
    CHECK(sandbox.world().files.read_all(kept).value() == bytes);
  }
}

TEST_CASE("a newer schema and somebody else's database are refused and left alone") {
  Sandbox sandbox;
  fill(sandbox);
  sandbox.tamper("pragma user_version = 99");
  for (const state::Access access : {state::Access::read, state::Access::write}) {
    const Error error = error_of(sandbox, access);
    CHECK(holds(error.why, "its schema is version 99, this ctxcap knows"));
    CHECK(holds(error.hint, "a newer ctxcap wrote it"));
  }
  sandbox.tamper("pragma user_version = 4; pragma application_id = 7");
  CHECK(holds(error_of(sandbox).why, "another program"));
  sandbox.tamper("pragma application_id = 1668577379");
  CHECK(sandbox.open().decisions()->size() == 300);

  Sandbox other;
  std::filesystem::create_directories(other.directory());
  other.tamper("create table theirs (n)");
  CHECK(holds(error_of(other).why, "another program"));
}

TEST_CASE("migrations are written down, and done once") {
  Sandbox sandbox;
  { state::State state = sandbox.open(); }
  sandbox.clock.tick(std::chrono::hours(1));
  { state::State state = sandbox.open(); }
  auto database = sandbox.world().databases.open(sandbox.file(), DatabaseMode::read).value();
  auto rows = database->prepare("select version, applied from migrations order by version").value();
  REQUIRE(rows->step() == true);
  CHECK(rows->integer(0) == 1);
  CHECK(rows->integer(1) == parse_time("2026-08-20T00:00:00Z")->micros);
}

TEST_CASE("a state from before servers were told apart knows its decisions, and one server by one name") {
  Sandbox sandbox;
  {
    state::State state = sandbox.open();
    REQUIRE(state.record(
        DecisionRecord{.at = Instant{1}, .job = "j", .model = "m", .host = "http://127.0.0.1:1"}));
    REQUIRE(state.record(Measurement{.at = Instant{1}, .host = "http://localhost:11434"}));
  }
  sandbox.tamper(
      "alter table decisions drop column host; alter table journal drop column rollback; alter table journal "
      "drop column residents; alter table measurements drop column driver_bytes; delete from migrations "
      "where version > 1; pragma user_version = 1");
  state::State state = sandbox.open();
  for (const char* host : {"", "http://127.0.0.1:1", "http://another:1"})
    CHECK(state.decisions({.host = host})->size() == 1);  // of a server that is not known: of any
  CHECK(state.measurements()->front().host == "http://127.0.0.1:11434");
  REQUIRE(
      state.record(DecisionRecord{.at = Instant{2}, .job = "j", .model = "m", .host = "http://127.0.0.1:1"}));
  CHECK(state.decisions({.host = "http://127.0.0.1:1"})->size() == 2);
  CHECK(state.decisions({.host = "http://another:1"})->size() == 1);
  CHECK(state.decisions()->back().host == "http://127.0.0.1:1");
}

TEST_CASE("only one at a time may change things, and the lock of a dead process holds nobody up") {
  Sandbox sandbox;
  World world = sandbox.world();
  std::filesystem::create_directories(sandbox.directory());
  std::ofstream(sandbox.directory() + "/lock-") << "left by a process that died";
  auto first = state::lock(world);
  REQUIRE(first);
  CHECK_FALSE(state::lock(world).has_value());
  first->reset();
  CHECK(state::lock(world).has_value());
}

TEST_CASE("two processes at once see each other's finished changes") {
  Sandbox sandbox;
  state::State one = sandbox.open(), two = sandbox.open();
  REQUIRE(one.begin_run("apply", Instant{1}));
  REQUIRE(two.begin_run("nightly", Instant{2}));
  CHECK(one.runs()->size() == 2);
  World world = sandbox.world();
  auto reader = state::State::open(world, state::Access::read);
  REQUIRE(reader);
  REQUIRE(one.begin_run("verify", Instant{3}));
  CHECK(reader->runs()->size() == 3);
}

TEST_CASE("the state says how it is") {
  Sandbox sandbox;
  fill(sandbox);
  const Health health = sandbox.open().health().value();
  CHECK(health.exists);
  CHECK(health.version == 4);
  CHECK(health.decisions == 300);
  CHECK(health.file_bytes > 20'000);
  CHECK(health.damage.empty());
  sandbox.tamper("pragma foreign_keys = off; update decisions set run = 77 where id = 1");
  CHECK(sandbox.open().health()->damage == "a row of decisions leads nowhere");
}

TEST_CASE("a process that is killed in the middle leaves whole changes or none, and a sound file") {
  for (int round = 0; round < 8; ++round) {
    CAPTURE(round);
    Sandbox sandbox;
    { state::State state = sandbox.open(); }
    int pipe_ends[2];
    REQUIRE(::pipe(pipe_ends) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {  // each decision is told once it is on the disk
      ::close(pipe_ends[0]);
      state::State state = sandbox.open();
      for (int i = 0;; ++i) {
        const bool kept =
            state.record(DecisionRecord{.at = Instant{i}, .job = "j", .model = "m"}).has_value();
        if (!kept || ::write(pipe_ends[1], "x", 1) != 1) ::_exit(1);
      }
    }
    char told = 0;
    for (int i = 0; i <= round * 3; ++i) REQUIRE(::read(pipe_ends[0], &told, 1) == 1);
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    ::close(pipe_ends[0]);
    ::close(pipe_ends[1]);
    state::State state = sandbox.open();
    CHECK(state.health()->damage.empty());
    const auto decisions = state.decisions().value();
    CHECK(decisions.size() >= static_cast<std::size_t>(round * 3 + 1));
    for (std::size_t i = 0; i < decisions.size(); ++i) CHECK(decisions[i].at == Instant{static_cast<i64>(i)});
  }
}
