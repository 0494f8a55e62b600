#pragma once
// Programs by script: what is asked for is kept in a diary, what comes back was put there by the test.

#include <deque>
#include <map>
#include <utility>

#include "ports/processes.hpp"

namespace ctxcap::test {

class FakeProcesses final : public Processes {
 public:
  std::optional<std::string> find(const std::string& program) override {
    const auto found = programs.find(program);
    if (found == programs.end()) return std::nullopt;
    return found->second;
  }
  Result<ProcessResult> run(const ProcessRequest& request) override {
    ran.push_back(request);
    if (request.argv.empty() || !find(request.argv.front())) {
      return fail({.kind = ErrorKind::failure,
                   .what = "could not start " + (request.argv.empty() ? "a program" : request.argv.front()),
                   .why = "there is no such program",
                   .hint = "check that it is installed and in PATH"});
    }
    if (answers.empty()) return ProcessResult{};
    ProcessResult answer = std::move(answers.front());
    answers.pop_front();
    if (request.on_out && !answer.out.empty()) request.on_out(std::exchange(answer.out, ""));
    return answer;
  }

  std::map<std::string, std::string> programs;  // name -> absolute path
  std::deque<ProcessResult> answers;            // one per run; an empty success when there is none left
  std::vector<ProcessRequest> ran;
};

}  // namespace ctxcap::test
