#include <doctest/doctest.h>

#include "io/io.hpp"
#include "support/fake_processes.hpp"

using namespace ctxcap;

namespace {

void check_processes(Processes& processes) {
  const auto sh = processes.find("sh");
  REQUIRE(sh);
  CHECK(sh->starts_with('/'));
  const auto result = processes.run({.argv = {"sh", "-c", "echo out; echo err >&2; exit 3"}});
  REQUIRE(result);
  CHECK(result->exit_code == 3);
  CHECK(result->out == "out\n");
  CHECK(result->err == "err\n");
  CHECK_FALSE(result->timed_out);

  CHECK_FALSE(processes.find("no-such-program"));
  for (const std::vector<std::string>& argv : {std::vector<std::string>{"no-such-program"}, {}}) {
    const auto failed = processes.run({.argv = argv});
    REQUIRE_FALSE(failed);
    CHECK(failed.error().kind == ErrorKind::failure);
    CHECK(failed.error().what == "could not start " + (argv.empty() ? "a program" : argv.front()));
    CHECK_FALSE(failed.error().hint.empty());
  }
}

}  // namespace

TEST_CASE("a program's exit code and output come back, and what is not there is an error") {
  SUBCASE("fake") {
    test::FakeProcesses processes;
    processes.programs["sh"] = "/bin/sh";
    processes.answers.push_back({.exit_code = 3, .out = "out\n", .err = "err\n"});
    check_processes(processes);
    CHECK(processes.ran.front().argv[1] == "-c");
  }
  SUBCASE("real") {
    io::RealWorld real;
    check_processes(real.world().processes);
  }
}
