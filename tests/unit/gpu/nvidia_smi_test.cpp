#include <doctest/doctest.h>

#include "gpu/gpu.hpp"
#include "support/fake_processes.hpp"

using namespace ctxcap;

TEST_CASE("memory in use is the sum over all GPUs, and unknown where nobody can tell") {
  struct Row {
    const char* out;
    int exit_code;
    Bytes want;  // -1: unknown
  };
  const Row rows[] = {{"1024\n", 0, 1'073'741'824},
                      {"1024\n512 \r\n", 0, 1'610'612'736},
                      {"0\n", 0, 0},
                      {"", 0, -1},
                      {"[N/A]\n", 0, -1},
                      {"1024 MiB\n", 0, -1},
                      {"-1\n", 0, -1},
                      {"1024\n", 9, -1}};
  for (const Row& row : rows) {
    CAPTURE(row.out);
    test::FakeProcesses processes;
    processes.programs["nvidia-smi"] = "/usr/bin/nvidia-smi";
    processes.answers.push_back({.exit_code = row.exit_code, .out = row.out});
    CHECK(gpu::used_bytes(processes).value_or(-1) == row.want);
  }
  test::FakeProcesses none;
  CHECK(!gpu::used_bytes(none));
  CHECK(none.ran.empty());
}

TEST_CASE("cards by their driver: asked for, or to see how much of what was typed can be had") {
  constexpr Bytes kMiB = Bytes{1} << 20;
  const auto settled = [](const char* typed, bool local, std::vector<ProcessResult> answers) {
    Budget budget;
    REQUIRE(read_cards(typed, budget) == "");
    test::FakeProcesses processes;
    if (!answers.empty()) processes.programs["nvidia-smi"] = "/usr/bin/nvidia-smi";
    processes.answers.assign(answers.begin(), answers.end());
    const Status status = gpu::settle(budget, local, processes);
    return std::pair(status ? "" : status.error().why, budget);
  };
  const ProcessResult two{.out =
                              "NVIDIA GeForce RTX 3090, 24576, 316\nNVIDIA GeForce RTX 3060, 12288, [N/A]\n"};

  const auto [none, asked] = settled("auto", true, {two});
  CHECK(none == "");
  REQUIRE(asked.cards.size() == 2);
  CHECK(asked.card == 36'864 * kMiB);
  CHECK(asked.cards[0].usable() == 24'260 * kMiB);
  CHECK(!asked.cards[1].kept);

  // A driver that does not know what it keeps.
  const auto [old_why, old] =
      settled("auto", true, {{.exit_code = 2}, {.out = "NVIDIA GeForce GTX 1070 Ti, 8192\n"}});
  CHECK(old_why == "");
  CHECK(old.card == 8'192 * kMiB);

  const auto [typed_why, typed] = settled("24GiB", true, {two});
  CHECK(typed_why == "");
  CHECK(typed.usable() == 24'260 * kMiB);
  CHECK(settled("16GiB", true, {two}).second.cards.front().name.empty());
  CHECK(settled("24GiB", false, {two}).second.cards.front().name.empty());
  CHECK(settled("L40S", true, {two}).second.usable() == 45'459 * kMiB);

  CHECK(settled("auto", true, {}).first == "nvidia-smi does not tell it here");
  CHECK(settled("auto", false, {two}).first == "the server runs on another machine");
}
