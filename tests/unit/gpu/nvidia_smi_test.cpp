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
