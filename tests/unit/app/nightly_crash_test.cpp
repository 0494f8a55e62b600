// Whatever kills a night, and wherever: the next run ends with the old variant or the proved new one, a state
// that opens clean, and no backup.

#include <csignal>
#include <random>

#include "nights.hpp"

using namespace ctxcap;
using namespace ctxcap::test;
using app::ExitCode;
using runtime::Step;

namespace {

constexpr const char* kName = "devstral-small-2:triage";

// A night that creates the first variant, or one that replaces it by a larger one.
struct BeforeTheCrash : Nights {
  explicit BeforeTheCrash(bool replaces) {
    install_devstral();
    keep(kName, "devstral-small-2");
    fill(0, "triage", "devstral-small-2", 6'000, 20);
    close(0);
    start(1);
    if (!replaces) return;
    REQUIRE(run().code == ExitCode::done);
    fill(1, "triage", kName, 18'000, 20);
    close(1);
    start(2);
  }
};

// `proved`: a digest that was seen to be proved before the crash must not be lost.
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

TEST_CASE("SIGKILL at 100 random moments leaves nothing that the next run does not put in order") {
  std::mt19937 random(20'260'901);
  int killed = 0;
  for (int moment = 0; moment < 100; ++moment) {
    CAPTURE(moment);
    const bool replaces = moment % 2 == 1;
    BeforeTheCrash nights(replaces);
    nights.fake.start_diary();
    const std::size_t requests = random() % 30;
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
    check_next_run(nights, replaces ? 24'576 : 8'192);
  }
  CHECK(killed > 50);  // the others were over before their moment came
}

TEST_CASE("a state that cannot be written: nothing is touched, and it says so") {
  if (::geteuid() == 0) {
    MESSAGE("skipped: for root every directory is writable");
    return;
  }
  BeforeTheCrash nights(true);
  const std::string before = nights.fake.state().find(kName)->digest;
  std::filesystem::permissions(nights.state_directory(),
                               std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  const auto told = nights.run();
  std::filesystem::permissions(nights.state_directory(), std::filesystem::perms::owner_all);
  REQUIRE_FALSE(told.code);
  CHECK(told.code.error().kind == ErrorKind::failure);
  CHECK(told.err.find("hint:") != std::string::npos);
  CHECK(nights.asked("/api/create") == 0);
  CHECK(nights.fake.state().find(kName)->digest == before);
  check_next_run(nights, 24'576);
}
