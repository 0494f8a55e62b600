#pragma once
// Inside cli/: what goes to stderr, and how text is styled. stdout is data and never written through here.

#include <string>

#include "ports/world.hpp"
#include "report/report.hpp"
#include "settings/settings.hpp"

namespace ctxcap::cli {

class Talk {
 public:
  Talk(World& world, const settings::Report& style, std::string again = {});

  const report::TextOptions& out() const { return out_; }  // style of stdout
  const std::string& again() const { return again_; }      // what was typed, as CommandLine has it
  void note(const std::string& line);                      // one line on stderr
  void error(const Error& error);

  // A progress line that is redrawn in place; shown only on a terminal and only after half a second.
  // `total` unknown: no bar. Call clear() before anything else is said.
  void progress(const std::string& what, i64 done, std::optional<i64> total, const std::string& detail);
  void clear();

 private:
  World& world_;
  report::TextOptions out_;
  std::string again_;
  report::Colour err_colour_ = report::Colour::off;
  std::chrono::nanoseconds started_{}, drawn_{};
  bool on_screen_ = false;
};

}  // namespace ctxcap::cli
