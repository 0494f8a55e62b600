// stdout and stdin of this process, put aside for the moment and replaced by what a test needs.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "io/io.hpp"

using namespace ctxcap;

namespace {

// Puts `fd` in the place of `place` for as long as it lives.
class Replaced {
 public:
  Replaced(int place, int fd) : place_(place), saved_(::dup(place)) { ::dup2(fd, place); }
  ~Replaced() {
    ::dup2(saved_, place_);
    ::close(saved_);
  }
  Replaced(const Replaced&) = delete;
  Replaced& operator=(const Replaced&) = delete;

 private:
  int place_, saved_;
};

struct Pipe {
  Pipe() { REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0); }
  ~Pipe() {
    for (const int end : ends) {
      if (end >= 0) ::close(end);
    }
  }
  void close_end(std::size_t end) {
    ::close(ends[end]);
    ends[end] = -1;
  }
  std::array<int, 2> ends{-1, -1};
};

}  // namespace

TEST_CASE("a reader that went away ends the output quietly") {
  io::RealWorld real;
  Console& console = real.world().console;
  Pipe pipe;
  pipe.close_end(0);
  std::optional<std::string> error;
  {
    const Replaced out(STDOUT_FILENO, pipe.ends[1]);
    console.out("first\n");  // would kill this process by SIGPIPE
    console.out("second\n");
    error = console.out_error();
  }
  CHECK_FALSE(error);
}

TEST_CASE("output lost to a full disk is not forgotten") {
  io::RealWorld real;
  Console& console = real.world().console;
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  REQUIRE(full >= 0);
  {
    const Replaced out(STDOUT_FILENO, full);
    console.out("lost\n");
  }
  ::close(full);
  REQUIRE(console.out_error());
  CHECK(*console.out_error() == "No space left on device");
}

TEST_CASE("text goes to its stream unchanged, and a pipe is no terminal") {
  io::RealWorld real;
  Console& console = real.world().console;
  Pipe pipe;
  bool tty = true;
  {
    const Replaced out(STDOUT_FILENO, pipe.ends[1]);
    console.out("caf\xC3\xA9\n");
    tty = console.out_is_tty();
  }
  CHECK_FALSE(tty);
  std::array<char, 16> buffer{};
  const auto got = ::read(pipe.ends[0], buffer.data(), buffer.size());
  CHECK(std::string(buffer.data(), static_cast<std::size_t>(got)) == "caf\xC3\xA9\n");
}

TEST_CASE("a line is read without taking what follows it") {
  io::RealWorld real;
  Console& console = real.world().console;
  Pipe pipe;
  REQUIRE(::write(pipe.ends[1], "yes\nrest", 8) == 8);
  pipe.close_end(1);
  const Replaced in(STDIN_FILENO, pipe.ends[0]);
  CHECK(console.read_line() == "yes");
  CHECK(*real.world().files.read_all("-") == "rest");
  CHECK(console.read_line() == std::nullopt);
}
