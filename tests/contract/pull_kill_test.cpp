// The real program, killed while it pulls: what it leaves must be enough to end where an undisturbed pull
// ends.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "io/io.hpp"
#include "support/fake_langfuse.hpp"

using namespace ctxcap;
using namespace ctxcap::test;
namespace fs = std::filesystem;

namespace {

constexpr const char* kFrom = "2025-06-01T00:00:00Z";

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::uintmax_t bytes_in(const fs::path& folder) {
  std::uintmax_t sum = 0;
  std::error_code gone;  // files come and go meanwhile
  for (const auto& entry : fs::directory_iterator(folder, gone)) {
    const auto size = entry.file_size(gone);
    if (!gone) sum += size;
  }
  return sum;
}

struct Program {
  io::RealWorld real;
  FakeLangfuse fake{real.world().clock};
  std::unique_ptr<FakeLangfuseServer> server;
  std::unique_ptr<Files::PrivateDirectory> folder = std::move(*real.world().files.make_private_directory());
  std::vector<std::string> variables;

  Program() {
    fill_project(fake, 800, parse_time(kFrom)->micros / 1000, 60'000);
    server = std::make_unique<FakeLangfuseServer>(fake, real.world().clock);
    variables = {"LANGFUSE_BASE_URL=" + server->url(),
                 std::string("LANGFUSE_PUBLIC_KEY=") + FakeLangfuse::kPublic,
                 std::string("LANGFUSE_SECRET_KEY=") + FakeLangfuse::kSecret, "HOME=" + folder->path()};
  }
  fs::path path(const std::string& name) const { return fs::path(folder->path()) / name; }

  pid_t start(const fs::path& output) {
    std::vector<std::string> words = {CTXCAP_BINARY, "pull", "-o",   output.string(),
                                      "--from",      kFrom,  "--to", "2025-06-09"};
    std::vector<char*> argv, env;
    for (std::string& word : words) argv.push_back(word.data());
    for (std::string& variable : variables) env.push_back(variable.data());
    argv.push_back(nullptr);
    env.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 2, path("stderr").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    pid_t child = 0;
    REQUIRE(::posix_spawn(&child, CTXCAP_BINARY, &actions, nullptr, argv.data(), env.data()) == 0);
    posix_spawn_file_actions_destroy(&actions);
    return child;
  }
  // -1: killed.
  static int end_of(pid_t child) {
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  int pull(const fs::path& output) { return end_of(start(output)); }
};

}  // namespace

// CTXCAP_KILLS=100 tries so many points.
TEST_CASE("killed at any point and run again, the file is that of an undisturbed pull") {
  Program it;
  REQUIRE(it.pull(it.path("calm.jsonl")) == 0);
  const std::string wanted = content(it.path("calm.jsonl"));
  const std::string watermark = content(it.path("calm.jsonl.watermark"));
  REQUIRE(wanted.size() > 300'000);
  std::mt19937 random(7);
  const char* asked = std::getenv("CTXCAP_KILLS");
  const int points = asked != nullptr ? std::atoi(asked) : 20;
  int killed = 0;
  for (int point = 0; point < points; ++point) {
    CAPTURE(point);
    const fs::path folder = it.path("run");
    fs::create_directory(folder);
    const fs::path output = folder / "calls.jsonl";
    // A point is a number of bytes on the disk: the rows as they come, then the result beside them.
    const auto at = std::uniform_int_distribution<std::uintmax_t>(0, wanted.size() * 5 / 2)(random);
    const pid_t child = it.start(output);
    const auto runs = [&] {
      siginfo_t info{};
      return ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
             info.si_pid == 0;
    };
    while (bytes_in(folder) < at && runs()) continue;
    ::kill(child, SIGKILL);
    if (Program::end_of(child) == -1) ++killed;
    if (fs::exists(output)) CHECK(content(output) == wanted);
    REQUIRE(it.pull(output) == 0);
    CHECK(content(output) == wanted);
    CHECK(content(folder / "calls.jsonl.watermark") == watermark);
    CHECK_FALSE(fs::exists(folder / "calls.jsonl.part"));
    fs::remove_all(folder);
  }
  CHECK(killed > points / 2);
  CHECK(it.fake.complaints.empty());
}
