// What vLLM and llama-server tell of themselves, against what they were to be.

#include <doctest/doctest.h>

#include <sstream>

#include "runtime/llama_server/llama_server.hpp"
#include "runtime/runtime.hpp"
#include "runtime/vllm/vllm.hpp"
#include "support/fake_served.hpp"
#include "support/shared.hpp"

using namespace ctxcap;

namespace {

ServedAsk vllm_ask() {
  return {.target = Target::vllm,
          .url = "http://127.0.0.1:8000",
          .model = "tiny-llama",
          .num_ctx = 2048,
          .num_blocks = 17,
          .block_size = 128,
          .cache_bytes = 67108864};
}

const ServedCheck& check_of(const ServedVerification& seen, std::string_view what) {
  for (const ServedCheck& check : seen.checks) {
    if (check.what == what) return check;
  }
  FAIL("no check of ", what);
  return seen.checks.front();
}

}  // namespace

TEST_CASE("vLLM: window, blocks and bytes are read back, and a prompt of the window less one is sent") {
  test::FakeVllm server;
  const auto seen = runtime::verify_vllm(server, vllm_ask(), "");
  REQUIRE(seen);
  CHECK(seen->holds() == true);
  CHECK(seen->server == "vLLM 0.32.0");
  CHECK(server.longest == 2047);
  CHECK(check_of(*seen, "num_gpu_blocks").seen == "257");
}

TEST_CASE("vLLM: what it says of itself, and who is none") {
  test::FakeVllm server;
  const auto seen = runtime::describe_vllm(server, "http://127.0.0.1:8000", "", "");
  REQUIRE(seen);
  CHECK(seen->model == "tiny-llama");
  CHECK(seen->root == "models/tiny-llama");
  CHECK(seen->version == "0.32.0");
  CHECK(seen->max_model_len == 2048);
  CHECK(seen->num_blocks == 257);
  CHECK(seen->block_size == 128);
  CHECK(seen->share == 0.35);
  CHECK(seen->cache_bytes == 67108864);
  CHECK(!seen->prefix_caching);  // it does not say
  CHECK(!runtime::describe_vllm(server, "http://127.0.0.1:8000", "nosuch", ""));
  server.cache_bytes = "None";
  CHECK(!runtime::describe_vllm(server, "http://127.0.0.1:8000", "", "")->cache_bytes);
  test::FakeLlamaServer other;
  CHECK(!runtime::describe_vllm(other, "http://127.0.0.1:8080", "", ""));
  server.gone = true;
  CHECK(!runtime::describe_vllm(server, "http://127.0.0.1:8000", "", ""));
}

TEST_CASE("vLLM: what differs is told, each by its own line") {
  struct Wrong {
    const char* what;
    void (*make)(test::FakeVllm&);
  };
  const Wrong kWrongs[] = {{"max_model_len", [](test::FakeVllm& s) { s.window = 4096; }},
                           {"num_gpu_blocks", [](test::FakeVllm& s) { s.blocks = 16; }},
                           {"block_size", [](test::FakeVllm& s) { s.block_size = 16; }},
                           {"kv_cache_memory_bytes", [](test::FakeVllm& s) { s.cache_bytes = "None"; }},
                           {"a prompt of num_ctx - 1", [](test::FakeVllm& s) { s.off = 5; }}};
  for (const Wrong& wrong : kWrongs) {
    CAPTURE(wrong.what);
    test::FakeVllm server;
    wrong.make(server);
    const auto seen = runtime::verify_vllm(server, vllm_ask(), "");
    REQUIRE(seen);
    CHECK(seen->holds() == false);
    for (const ServedCheck& check : seen->checks) CHECK((check.holds == false) == (check.what == wrong.what));
  }
}

TEST_CASE("vLLM: an unknown amount is unknown, and what does not answer is an error") {
  test::FakeVllm silent;
  silent.tokenizes = false;
  const auto unknown = runtime::verify_vllm(silent, vllm_ask(), "");
  REQUIRE(unknown);
  CHECK(!unknown->holds());
  CHECK(silent.longest == 0);

  test::FakeVllm gone;
  gone.gone = true;
  const auto nobody = runtime::verify_vllm(gone, vllm_ask(), "");
  REQUIRE(!nobody);
  CHECK(nobody.error().kind == ErrorKind::unreachable);

  test::FakeVllm other;
  other.id = "another";
  const auto none = runtime::verify_vllm(other, vllm_ask(), "");
  REQUIRE(!none);
  CHECK(none.error().why.find("none of the models") != std::string::npos);

  test::FakeVllm short_window;  // no prompt goes to a window that it cannot fit
  short_window.window = 1024;
  const auto refused = runtime::verify_vllm(short_window, vllm_ask(), "");
  REQUIRE(refused);
  CHECK(refused->holds() == false);
  CHECK(short_window.longest == 0);
}

TEST_CASE("vLLM: the gauge of a real server, with None and names that end alike") {
  const auto recorded = test::shared_file("vllm/real/http-tiny-llama.jsonl");
  if (!recorded) return;
  std::istringstream lines(*recorded);
  int gauges = 0;
  for (std::string line; std::getline(lines, line);) {
    const test::ServedJson row = test::ServedJson::parse(line);
    if (row.value("label", "").find("/metrics") == std::string::npos) continue;
    const std::string metrics = row["body"];
    CHECK(runtime::cache_config_label(metrics, "block_size") == "128");
    CHECK(runtime::cache_config_label(metrics, "kv_cache_memory_bytes") == "67108864");
    CHECK(runtime::cache_config_label(metrics, "num_gpu_blocks_override") == "None");
    CHECK(runtime::cache_config_label(metrics, "nosuch").empty());
    ++gauges;
  }
  CHECK(gauges == 3);
}

TEST_CASE("llama-server: window of a slot and slots, alone and behind a router") {
  const ServedAsk ask{.target = Target::llama_server,
                      .url = "http://127.0.0.1:8080",
                      .model = "job-a",
                      .num_ctx = 4096,
                      .at_once = 2};
  test::FakeLlamaServer alone;
  const auto seen = runtime::verify_llama_server(alone, ask);
  REQUIRE(seen);
  CHECK(seen->holds() == true);
  CHECK(seen->notes.size() == 1);  // whether slots share is not told

  test::FakeLlamaServer router;
  router.router = true;
  const auto behind = runtime::verify_llama_server(router, ask);
  REQUIRE(behind);
  CHECK(behind->holds() == true);
  CHECK(check_of(*behind, "kv_unified").seen == "false");
  CHECK(std::find(router.asked.begin(), router.asked.end(), "/props?model=job-a&autoload=false") !=
        router.asked.end());

  router.arguments = {"llama-server", "--ctx-size", "4096"};
  const auto shared = runtime::verify_llama_server(router, ask);
  REQUIRE(shared);
  CHECK(shared->holds() == false);
  CHECK(check_of(*shared, "kv_unified").seen == "true");

  router.loaded = false;
  const auto asleep = runtime::verify_llama_server(router, ask);
  REQUIRE(!asleep);
  CHECK(asleep.error().why.find("not loaded") != std::string::npos);

  alone.n_ctx = 1024;
  const auto small = runtime::verify_llama_server(alone, ask);
  REQUIRE(small);
  CHECK(small->holds() == false);
}
