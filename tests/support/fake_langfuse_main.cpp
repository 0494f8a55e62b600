// The fake Langfuse as a program.
//
//   fake_langfuse [options] -- COMMAND...   serves while COMMAND runs, with LANGFUSE_BASE_URL and keys set;
//   ends with
//                                           its exit code
//
//   --calls N            that many calls from 2025-06-01 on, one a minute (default 30)
//   --step MS            between two calls
//   --mode M             v1-only, v2-only (default), both, legacy
//   --organisation-key   the keys are of an organisation
//   --limit N            requests per minute
//   --delay MS           before each answer
//   --base-path PATH     serves below that path
//   --fault N            request N is answered by a proxy that has lost the server
//   --diary FILE         writes the paths that were asked for, one a line, when it ends

#include <spawn.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "io/io.hpp"
#include "support/fake_langfuse.hpp"

extern char** environ;

namespace {

using namespace ctxcap;
using namespace ctxcap::test;

[[noreturn]] void usage(const std::string& why) {
  std::fprintf(stderr, "fake_langfuse: %s; see the top of tests/support/fake_langfuse_main.cpp\n",
               why.c_str());
  std::exit(2);
}

struct Options {
  i64 calls = 30, step = 60'000, delay = 0;
  std::string diary;
  std::vector<std::string> command;
};

Options parse(int argc, char** argv, FakeLangfuse& fake) {
  static const std::map<std::string, LangfuseMode> kModes = {{"v1-only", LangfuseMode::v1_only},
                                                             {"v2-only", LangfuseMode::v2_only},
                                                             {"both", LangfuseMode::both},
                                                             {"legacy", LangfuseMode::legacy}};
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--") {
      options.command.assign(argv + i + 1, argv + argc);
      break;
    }
    if (name == "--organisation-key") {
      fake.organisation_key = true;
      continue;
    }
    if (i + 1 == argc) usage(name + " needs a value");
    const std::string value = argv[++i];
    if (name == "--calls")
      options.calls = std::stol(value);
    else if (name == "--step")
      options.step = std::stol(value);
    else if (name == "--delay")
      options.delay = std::stol(value);
    else if (name == "--diary")
      options.diary = value;
    else if (name == "--limit")
      fake.per_minute = std::stol(value);
    else if (name == "--base-path")
      fake.base_path = value;
    else if (name == "--fault")
      fake.faults[std::stol(value)] = LangfuseFault::html_502;
    else if (name == "--mode" && kModes.contains(value))
      fake.mode = kModes.at(value);
    else
      usage("cannot use " + name + " " + value);
  }
  if (options.command.empty()) usage("no command");
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  io::RealWorld real;
  FakeLangfuse fake(real.world().clock);
  Options options = parse(argc, argv, fake);
  fill_project(fake, options.calls, parse_time("2025-06-01T00:00:00Z")->micros / 1000, options.step);
  const FakeLangfuseServer server(fake, real.world().clock, std::chrono::milliseconds(options.delay));
  ::setenv("LANGFUSE_BASE_URL", (server.url() + fake.base_path).c_str(), 0);
  ::setenv("LANGFUSE_PUBLIC_KEY", FakeLangfuse::kPublic, 0);
  ::setenv("LANGFUSE_SECRET_KEY", FakeLangfuse::kSecret, 0);
  std::vector<char*> command;
  for (std::string& word : options.command) command.push_back(word.data());
  command.push_back(nullptr);
  pid_t child = 0;
  if (::posix_spawnp(&child, command[0], nullptr, nullptr, command.data(), environ) != 0)
    usage("cannot run it");
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!options.diary.empty()) {
    std::ofstream file(options.diary);
    for (const std::string& line : fake.diary) file << line << '\n';
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
