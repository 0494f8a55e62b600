#pragma once
// A terminal that keeps what was written and answers from a script.

#include <csignal>
#include <deque>

#include "ports/console.hpp"

namespace ctxcap::test {

class FakeConsole final : public Console {
 public:
  void out(std::string_view text) override { out_text += text; }
  void err(std::string_view text) override {
    if (!kill_at.empty() && text.find(kill_at) != text.npos) std::raise(SIGKILL);
    err_text += text;
  }
  bool out_is_tty() override { return tty; }
  bool err_is_tty() override { return tty; }
  bool in_is_tty() override { return tty; }
  int width() override { return columns; }
  std::optional<std::string> read_line() override {
    if (lines.empty()) return std::nullopt;
    std::string line = std::move(lines.front());
    lines.pop_front();
    return line;
  }

  std::string out_text, err_text;
  std::deque<std::string> lines;  // what the user types
  std::string kill_at;            // words: the program dies before it says them on stderr
  bool tty = false;
  int columns = 100;
};

}  // namespace ctxcap::test
