#pragma once
// Inside cli/: what is said beside a result that machines read from stdout.

#include "ports/console.hpp"

namespace ctxcap::cli {

// All that goes to stdout goes to stderr instead.
class AsideConsole final : public Console {
 public:
  explicit AsideConsole(Console& console) : console_(console) {}
  void out(std::string_view text) override { console_.err(text); }
  void err(std::string_view text) override { console_.err(text); }
  std::optional<std::string> out_error() override { return console_.out_error(); }
  bool out_is_tty() override { return console_.err_is_tty(); }
  bool err_is_tty() override { return console_.err_is_tty(); }
  bool in_is_tty() override { return console_.in_is_tty(); }
  int width() override { return console_.width(); }
  std::optional<std::string> read_line() override { return console_.read_line(); }

 private:
  Console& console_;
};

}  // namespace ctxcap::cli
