// posix_spawn with the programs that every system has.

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <filesystem>

#include "io/io.hpp"

using namespace ctxcap;
using namespace std::chrono_literals;

namespace {

ProcessRequest shell(const std::string& script, std::chrono::milliseconds timeout = 60s) {
  return {.argv = {"sh", "-c", script}, .timeout = timeout};
}

}  // namespace

TEST_CASE("exit code, stdout and stderr come back apart") {
  io::RealWorld real;
  const auto result = real.world().processes.run(shell("echo out; echo err >&2; exit 7"));
  REQUIRE(result);
  CHECK(result->exit_code == 7);
  CHECK(result->out == "out\n");
  CHECK(result->err == "err\n");
  CHECK_FALSE(result->timed_out);
}

TEST_CASE("output larger than any pipe is read on both ends without blocking") {
  io::RealWorld real;
  const auto result =
      real.world().processes.run(shell("head -c 3000000 /dev/zero >&2 & head -c 3000000 /dev/zero; wait"));
  REQUIRE(result);
  CHECK(result->exit_code == 0);
  CHECK(result->out.size() == 3'000'000);
  CHECK(result->err.size() == 3'000'000);
}

TEST_CASE("arguments reach the program as they are: there is no shell") {
  io::RealWorld real;
  const std::string argument = "$HOME; `ls` \"quoted\" 'x' *\n";
  const auto result = real.world().processes.run({.argv = {"printf", "%s", argument}});
  REQUIRE(result);
  CHECK(result->out == argument);
}

TEST_CASE("stdin is empty, the directory is set, variables are added and replaced") {
  io::RealWorld real;
  ::setenv("CTXCAP_TEST_KEPT", "kept", 1);
  ::setenv("CTXCAP_TEST_CHANGED", "before", 1);
  const auto result = real.world().processes.run(
      {.argv = {"sh", "-c", "cat; pwd; echo $CTXCAP_TEST_KEPT $CTXCAP_TEST_CHANGED $CTXCAP_TEST_NEW"},
       .env = {{"CTXCAP_TEST_CHANGED", "after"}, {"CTXCAP_TEST_NEW", "new"}},
       .directory = "/"});
  REQUIRE(result);
  CHECK(result->out == "/\nkept after new\n");
}

TEST_CASE("a program killed by a signal ends with 128 and its number, SIGPIPE as everywhere else") {
  io::RealWorld real;
  CHECK(real.world().processes.run(shell("kill -KILL $$"))->exit_code == 128 + 9);
  CHECK(real.world().processes.run(shell("kill -PIPE $$"))->exit_code ==
        128 + 13);  // ignored in us, not in it
}

TEST_CASE("a program that takes too long is stopped, also one that ignores SIGTERM") {
  io::RealWorld real;
  const auto polite = real.world().processes.run({.argv = {"sleep", "100"}, .timeout = 50ms});
  REQUIRE(polite);
  CHECK(polite->timed_out);
  CHECK(polite->exit_code == 128 + 15);
  const auto stubborn =
      real.world().processes.run(shell("trap '' TERM; echo begun; while :; do :; done", 50ms));
  REQUIRE(stubborn);
  CHECK(stubborn->timed_out);
  CHECK(stubborn->exit_code == 128 + 9);
  CHECK(stubborn->out == "begun\n");
}

TEST_CASE("a grandchild that keeps the pipes open does not keep us") {
  io::RealWorld real;
  const auto begin = std::chrono::steady_clock::now();
  const auto result = real.world().processes.run(shell("sleep 30 & echo $!"));
  REQUIRE(result);
  CHECK(result->exit_code == 0);
  CHECK(std::chrono::steady_clock::now() - begin < 10s);
  real.world().processes.run({.argv = {"kill", result->out.substr(0, result->out.find('\n'))}});
}

TEST_CASE("programs are found in PATH, and what is not there cannot be started") {
  io::RealWorld real;
  Processes& processes = real.world().processes;
  const auto sh = processes.find("sh");
  REQUIRE(sh);
  CHECK(std::filesystem::path(*sh).is_absolute());
  CHECK(processes.find(*sh) == sh);
  for (const char* program : {"", "no-such-program-of-ctxcap", "/dev/null", "/etc", "/no/such/program"}) {
    CAPTURE(program);
    CHECK_FALSE(processes.find(program));
    const auto result = processes.run({.argv = {program}});
    REQUIRE_FALSE(result);
    CHECK(result.error().kind == ErrorKind::failure);
    CHECK_FALSE(result.error().hint.empty());
  }
  CHECK_FALSE(processes.run({}));
  CHECK_FALSE(processes.run({.argv = {"true"}, .directory = "/no/such/directory"}));
}

TEST_CASE(
    "output can be taken in pieces, all of it, and is then not kept; who wants no more ends the program") {
  io::RealWorld real;
  std::size_t taken = 0;
  ProcessRequest request = shell("head -c 3000000 /dev/zero; echo err >&2");
  request.on_out = [&](std::string_view piece) {
    taken += piece.size();
    return true;
  };
  const auto whole = real.world().processes.run(request);
  REQUIRE(whole);
  CHECK(taken == 3'000'000);
  CHECK(whole->out.empty());
  CHECK(whole->err == "err\n");
  CHECK(whole->exit_code == 0);

  taken = 0;
  request = shell("exec cat /dev/zero");
  request.on_out = [&](std::string_view piece) {
    taken += piece.size();
    return taken < 100'000;
  };
  const auto ended = real.world().processes.run(request);
  REQUIRE(ended);
  CHECK(taken < 300'000);
  CHECK(ended->exit_code == 128 + SIGTERM);
}
