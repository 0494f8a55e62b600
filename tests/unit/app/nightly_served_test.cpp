// Nights of servers where nothing is created: a router's preset, llama-swap's configuration, vLLM's flags.

#include "nights.hpp"
#include "support/fake_served.hpp"

using namespace ctxcap;
using namespace ctxcap::test;
using cli::ExitCode;

namespace {

constexpr const char* kIni =
    "[*]\nparallel = 1\n\n[triage]\nmodel = a.gguf\nctx-size = 32768 ; once\n\n[other]\nc = 4096\n";

// A router with one section, which a [[variant]] keeps right.
struct RouterNights : Nights {
  explicit RouterNights(Day days = 20, Tokens need = 6'000) {
    preset = directory() + "/models.ini";
    std::ofstream(preset) << kIni;
    router.preset = preset;
    router.read_preset();
    settings::Variant& variant = keep("mail", "triage");
    variant.target = Target::llama_server;
    variant.place = {.url = "http://127.0.0.1:9", .preset = preset};
    served = &router;
    config.ollama.show = {{"triage", CTXCAP_ROOT "/examples/email-triage/show.json"}};
    work(0, days, need);
  }
  void work(Day from, Day days, Tokens need) {
    for (Day day = from; day < from + days; ++day) {
      fill(day, "mail", "triage", need);
      close(day);
    }
    start(from + days);
  }
  std::string preset;
  FakeRouter router;
};

}  // namespace

TEST_CASE("router: three nights agree before its window shrinks, then it is edited, proved and recorded") {
  RouterNights nights;
  for (int night = 0; night < 3; ++night) {
    CAPTURE(night);
    const auto told = nights.run();
    CAPTURE(told.err);
    CAPTURE(told.out);
    REQUIRE(told.code);
    CHECK((content_of(nights.preset) == kIni) == (night < 2));
    if (night == 2) CHECK(told.out.find("mail  mail  32,768 -> 8,192  shrink, applied") != std::string::npos);
    if (night < 2) nights.work(20 + night, 1, 6'000);
  }
  std::string expected = kIni;
  expected.replace(expected.find("32768"), 5, "8192");
  CHECK(content_of(nights.preset) == expected);
  CHECK(nights.router.state == "unloaded");
  state::State state = nights.state();
  CHECK(state.receipts()->size() == 1);
  CHECK(state.variant(nights.preset, "mail")->value().digest == "ctx-size=8192 parallel=");
  CHECK(state.decisions({.last = 1})->at(0).host == nights.preset);

  nights.router.requests = 0;
  const auto again = nights.run();  // the same night: nothing twice
  CHECK(again.code == ExitCode::done);
  CHECK(again.out.find("shrink, applied") != std::string::npos);
  CHECK(nights.router.requests <= 2);

  nights.work(22, 1, 18'000);  // and it grows at once
  const auto grown = nights.run();
  CHECK(grown.out.find("8,192 -> 24,576  grow, applied") != std::string::npos);
  CHECK(content_of(nights.preset).find("ctx-size = 24576 ; once") != std::string::npos);
}

TEST_CASE("router: a window that does not load is undone, and is not tried twice in a night") {
  RouterNights nights(20, 40'000);
  nights.router.fails_at = 65'536;
  const auto told = nights.run();
  CHECK(told.code == ExitCode::unverified);
  CHECK(told.out.find("grow, undone") != std::string::npos);
  CHECK(content_of(nights.preset) == kIni);
  nights.router.requests = 0;
  const auto again = nights.run();
  CHECK(again.code == ExitCode::unverified);
  CHECK(nights.router.requests <= 2);
  CHECK(nights.state().journals()->empty());
}

TEST_CASE("router: quiet hours, a dry run and a server that is down change nothing") {
  RouterNights nights(20, 40'000);
  nights.config.policy.hysteresis.quiet_hours = policy::QuietHours{60, 240};
  const std::string quiet = nights.run().out;
  CAPTURE(quiet);
  CHECK(quiet.find("quiet") != std::string::npos);
  nights.config.policy.hysteresis.quiet_hours.reset();
  CHECK(nights.run(true).out.find("would grow") != std::string::npos);
  nights.router.gone_from = 1;
  const auto down = nights.run();
  CHECK(down.code == ExitCode::unreachable);
  CAPTURE(down.out);
  CHECK(down.out.find("wait: gone") != std::string::npos);
  CHECK(content_of(nights.preset) == kIni);
}

TEST_CASE(
    "router: a change by hand stands as what runs, and an earlier run that was cut short is put in order") {
  RouterNights nights(20, 40'000);
  nights.config.variants.front().policy.hysteresis.shrink_after_nights = 9;
  REQUIRE(nights.run().code);
  std::string edited = content_of(nights.preset);
  edited.replace(edited.find("65536"), 5, "81920");
  std::ofstream(nights.preset) << edited;
  nights.work(20, 1, 40'000);
  const auto told = nights.run();
  CHECK(told.out.find("81,920") != std::string::npos);
  CHECK(content_of(nights.preset) == edited);
  std::ofstream(runtime::backup_of(nights.preset)) << edited;
  std::string half = edited;
  half.replace(half.find("81920"), 5, "11111");
  std::ofstream(nights.preset) << half;
  nights.work(21, 1, 40'000);
  CHECK(nights.run().err.find("interrupted") != std::string::npos);
  CHECK(content_of(nights.preset) == edited);
}

TEST_CASE("llama-swap: edited where one file says it, read anew, and proved") {
  RouterNights nights(20, 40'000);
  const std::string path = nights.directory() + "/swap.yaml";
  std::ofstream(path) << "models:\n  triage:\n    cmd: llama-server -m a.gguf -c 65536 -np 2\n";
  FakeSwap swap;
  swap.config = path;
  nights.served = &swap;
  settings::Variant& variant = nights.config.variants.front();
  variant.target = Target::llama_swap;
  variant.place = {.url = "http://127.0.0.1:9", .config = path};
  const auto told = nights.run();
  CAPTURE(told.err);
  CHECK(told.out.find("32,768 -> 65,536  grow, applied") != std::string::npos);
  CHECK(content_of(path).find("-c 131072 -np 2") != std::string::npos);
}

TEST_CASE("vLLM: a night renders, and the night after reads back what somebody started") {
  RouterNights nights(20, 3'000);
  FakeVllm vllm;
  vllm.id = "triage";
  nights.config.ollama.show.clear();
  nights.served = &vllm;
  settings::Variant& variant = nights.config.variants.front();
  variant.target = Target::vllm;
  variant.place = {.url = "http://127.0.0.1:9"};
  const auto told = nights.run();
  CAPTURE(told.err);
  CHECK(told.code == ExitCode::done);
  CHECK(told.out.find("2,048 -> 4,096  grow, rendered") != std::string::npos);
  CHECK(told.out.find("--max-model-len 4096") != std::string::npos);
  CHECK(nights.run().out == told.out);
  CHECK(nights.state().decisions()->size() == 1);

  vllm.window = 4'096;
  nights.work(20, 1, 3'000);
  const auto started = nights.run();
  CHECK(started.out.find("applied: it was started as advised, and verified") != std::string::npos);
  CHECK(nights.state().receipts()->size() == 1);
  CHECK(vllm.longest == 4'095);

  nights.work(21, 1, 3'000);
  vllm.longest = 0;
  CHECK(nights.run().out.find("keep: the window in use is right") != std::string::npos);
  CHECK(vllm.longest == 0);  // no prompt of ours without need
}

TEST_CASE("a variant of another server without an address is told, and the others go on") {
  RouterNights nights(20, 40'000);
  nights.config.variants.front().place.url.clear();
  const auto told = nights.run();
  CHECK(told.code == ExitCode::failure);
  CHECK(told.err.find("has no url") != std::string::npos);
  CHECK(content_of(nights.preset) == kIni);
}

// CTXCAP_KILLS=100 tries every request; else a few, spread over the night.
TEST_CASE(
    "SIGKILL at a request of a night of another server: the next run ends with the window, and all else as "
    "it was") {
  const char* wanted = std::getenv("CTXCAP_KILLS");
  for (const bool swaps : {false, true}) {
    CAPTURE(swaps);
    int requests = 0, killed = 0;
    const auto night_of = [&](int dies_at) {
      RouterNights nights(2, 40'000);
      FakeSwap swap;
      Fuse fuse{.at = dies_at};
      std::string path = nights.preset, before = kIni, after = kIni;
      after.replace(after.find("32768"), 5, "65536");
      if (swaps) {
        path = nights.directory() + "/swap.yaml";
        before = "models:\n  triage:\n    cmd: llama-server -m a.gguf -c 32768 -np 1 # mine\n";
        after = before;
        after.replace(after.find("32768"), 5, "65536");
        std::ofstream(path) << before;
        swap.config = path;
        nights.served = &swap;
        settings::Variant& variant = nights.config.variants.front();
        variant.target = Target::llama_swap;
        variant.place = {.url = "http://127.0.0.1:9", .config = path};
      }
      if (dies_at == 0) {
        REQUIRE(nights.run().code == ExitCode::done);
        CHECK(content_of(path) == after);
        requests = swaps ? swap.requests : nights.router.requests;
        return;
      }
      (swaps ? swap.fuse : nights.router.fuse) = &fuse;
      const pid_t child = nights.run_in_child();
      int status = 0;
      REQUIRE(::waitpid(child, &status, 0) == child);
      killed += WIFSIGNALED(status) ? 1 : 0;
      (swaps ? swap.fuse : nights.router.fuse) = nullptr;
      nights.router.read_preset();  // as that process left it
      const std::string left = content_of(path);
      CHECK((left == before || left == after));
      const auto told = nights.run();
      CAPTURE(told.out);
      CAPTURE(told.err);
      CHECK(told.code == ExitCode::done);
      CHECK(content_of(path) == after);
      CHECK(!std::filesystem::exists(runtime::backup_of(path)));
      state::State state = nights.state(state::Access::write);
      CHECK(state.journals()->empty());
      CHECK(state.health()->damage.empty());
      CHECK(state.variant(path, "mail")->value().variant.num_ctx == 65'536);
    };
    night_of(0);
    REQUIRE(requests > 4);
    const int step = wanted != nullptr ? 1 : requests / 3;
    int tried = 0;
    for (int at = 1; at <= requests; at += step, ++tried) {
      CAPTURE(at);
      night_of(at);
    }
    CHECK(killed == tried);
    MESSAGE("killed at " << killed << " requests");
  }
}
