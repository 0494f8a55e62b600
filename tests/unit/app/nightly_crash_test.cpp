// Whatever kills a night, and wherever: the next run ends with the old variant or the proved new one, a state
// that opens clean, and no backup.

#include <csignal>
#include <cstdlib>
#include <random>

#include "nights.hpp"

using namespace ctxcap;
using namespace ctxcap::test;
using cli::ExitCode;
using runtime::Step;

namespace {

constexpr const char* kName = "devstral-small-2:triage";

// A night that creates the first variant, or one that replaces it by a larger one.
struct BeforeTheCrash : Nights {
  explicit BeforeTheCrash(bool replaces) {
    install_devstral();
    fake.state().install("other", "weights-2");
    post("/api/create", R"({"model":"a-twin","from":"devstral-small-2","system":"Sort."})");
    keep(kName, "devstral-small-2");
    fill(0, "triage", "devstral-small-2", 6'000, 20);
    close(0);
    start(1);
    if (replaces) {
      REQUIRE(run().code == ExitCode::done);
      fill(1, "triage", kName, 18'000, 20);
      close(1);
      start(2);
    }
    pin();
  }

  // Another model is pinned, and a twin with a window that a client asked for.
  void pin() {
    post("/api/generate", R"({"model":"other","keep_alive":-1})");
    post("/api/generate", R"({"model":"a-twin","keep_alive":-1,"options":{"num_ctx":16384}})");
  }
  bool is_pinned(const std::string& name, Tokens window) {
    const auto& all = fake.state().runners;
    return std::any_of(all.begin(), all.end(), [&](const Runner& one) {
      return one.name == name && one.num_ctx == window && one.keep_alive < 0;
    });
  }
  void restart_server() {
    fake.state().runners.clear();
    restarted = true;
  }
  bool restarted = false;

 private:
  void post(const char* path, const char* body) { fake.state().handle("POST", path, body); }
};

void check_next_run(BeforeTheCrash& nights, Tokens wanted) {
  const auto told = nights.run();
  CAPTURE(told.out);
  CAPTURE(told.err);
  CHECK(told.code == ExitCode::done);
  CHECK(nights.window(kName) == wanted);
  CHECK_FALSE(nights.backup_left());
  state::State state = nights.state(state::Access::write);
  CHECK(state.journals()->empty());
  CHECK(state.health()->damage.empty());
  const auto owned = state.variant(nights.fake.url(), kName);
  REQUIRE((owned && *owned));
  CHECK((*owned)->digest == nights.fake.state().find(kName)->digest);
  CHECK((*owned)->variant.num_ctx == wanted);
  CHECK(nights.fake.state().find("a-twin")->system == "Sort.");
  if (!nights.restarted) {
    CHECK(nights.is_pinned("other:latest", 4'096));
    CHECK(nights.is_pinned("a-twin:latest", 16'384));
  }
  const auto again = nights.run();
  CHECK(again.out == told.out);
  CHECK(nights.asked("/api/create") + nights.asked("/api/generate") == 0);
}

}  // namespace

TEST_CASE("a night that dies at any step is put in order by the next run") {
  for (const bool replaces : {false, true}) {
    for (const Step step : {Step::checking, Step::backing_up, Step::creating, Step::reading_back,
                            Step::loading, Step::probing, Step::cleaning_up}) {
      CAPTURE(replaces);
      const int at = static_cast<int>(step);
      CAPTURE(at);
      BeforeTheCrash nights(replaces);
      const pid_t child = nights.run_in_child([&](Step now) {
        if (now == step) ::_exit(77);
      });
      int status = 0;
      REQUIRE(::waitpid(child, &status, 0) == child);
      REQUIRE(WIFEXITED(status));
      REQUIRE(WEXITSTATUS(status) == 77);
      check_next_run(nights, replaces ? 24'576 : 8'192);
    }
  }
}

// CTXCAP_KILLS=100 tries so many moments.
TEST_CASE("SIGKILL at random moments leaves nothing that the next run does not put in order") {
  std::mt19937 random(20'260'901);
  const char* wanted = std::getenv("CTXCAP_KILLS");
  const int moments = wanted == nullptr ? 30 : std::atoi(wanted);
  int killed = 0;
  for (int moment = 0; moment < moments; ++moment) {
    CAPTURE(moment);
    const bool replaces = moment % 2 == 1;
    BeforeTheCrash nights(replaces);
    nights.fake.start_diary();
    const std::size_t requests = random() % 40;
    const auto wait = std::chrono::microseconds(random() % 2'000);
    const pid_t child = nights.run_in_child();
    int status = 0;
    bool ended = false;
    while (!ended && nights.fake.diary().size() < requests)
      ended = ::waitpid(child, &status, WNOHANG) == child;
    const auto until = std::chrono::steady_clock::now() + wait;
    while (!ended && std::chrono::steady_clock::now() < until)
      ended = ::waitpid(child, &status, WNOHANG) == child;
    if (!ended) {
      ::kill(child, SIGKILL);
      REQUIRE(::waitpid(child, &status, 0) == child);
      killed += WIFSIGNALED(status) ? 1 : 0;
    }
    if (moment % 5 == 4) nights.restart_server();
    check_next_run(nights, replaces ? 24'576 : 8'192);
  }
  CHECK(killed > moments / 2);  // the others were over before their moment came
}

TEST_CASE("a state that cannot be written: nothing is touched, and it says so") {
  BeforeTheCrash nights(true);
  const std::string before = nights.fake.state().find(kName)->digest;
  nights.fake.start_diary();
  namespace fs = std::filesystem;
  fs::permissions(nights.directory(), fs::perms::all);
  for (const auto& entry : fs::recursive_directory_iterator(nights.directory()))
    fs::permissions(entry, entry.is_directory() ? fs::perms(0555) : fs::perms(0444));
  constexpr uid_t kNobody = 65'534;  // root may write everywhere
  const pid_t child = nights.run_in_child({}, ::geteuid() == 0 ? kNobody : ::geteuid());
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WEXITSTATUS(status) == 100 + static_cast<int>(ErrorKind::failure));
  CHECK(nights.fake.diary().empty());
  CHECK(nights.fake.state().find(kName)->digest == before);
  for (const auto& entry : fs::recursive_directory_iterator(nights.directory()))
    fs::permissions(entry, entry.is_directory() ? fs::perms::owner_all : fs::perms(0600));
  check_next_run(nights, 24'576);
}
