#pragma once
// Seam: other programs. Always an argument vector, never a shell.

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace ctxcap {

struct ProcessRequest {
  std::vector<std::string> argv;  // argv[0] is looked up in PATH unless it holds a slash
  std::vector<std::pair<std::string, std::string>> env;  // added to the inherited environment
  std::string directory;                                 // working directory; empty: inherited
  std::chrono::milliseconds timeout{600'000};            // then SIGTERM, then SIGKILL; 0: none
  // Takes stdout in pieces, as they arrive, however long it is; ProcessResult::out stays empty. False: no
  // more is wanted, the program is ended.
  std::function<bool(std::string_view)> on_out = {};
  std::string input = {};              // its stdin
  std::function<void()> on_wait = {};  // called every now and then while it runs; may be empty
};

struct ProcessResult {
  int exit_code = 0;  // 128 + signal when killed by one
  std::string out, err;
  bool timed_out = false;
};

class Processes {
 public:
  virtual ~Processes() = default;
  // Absolute path of a program in PATH; nullopt when there is none.
  virtual std::optional<std::string> find(const std::string& program) = 0;
  // Errors only where the program could not be started.
  virtual Result<ProcessResult> run(const ProcessRequest& request) = 0;
};

}  // namespace ctxcap
