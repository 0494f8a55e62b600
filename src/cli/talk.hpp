#pragma once
// Inside cli/: what goes to stderr, and how text is styled. stdout is data and never written through here.

#include <string>

#include "ports/world.hpp"
#include "report/report.hpp"
#include "settings/settings.hpp"

namespace ctxcap::cli {

// How much of it there is on stderr.
enum class Loudness { quiet, usual, verbose };

class Talk {
 public:
  Talk(World& world, const settings::Report& style, std::string again = {},
       Loudness loudness = Loudness::usual);

  const report::TextOptions& out() const { return out_; }  // style of stdout
  const std::string& again() const { return again_; }      // what was typed, as CommandLine has it
  void note(const std::string& line);  // one line on stderr; when quiet only what begins with "warning"
  bool verbose() const { return loudness_ == Loudness::verbose; }
  void error(const Error& error);

  // A progress line that is redrawn in place; shown only on a terminal and only after half a second.
  // `total` unknown: no bar. Call clear() before anything else is said.
  void progress(const std::string& what, i64 done, std::optional<i64> total, const std::string& detail);
  void clear();
  // Somebody has not answered for so long: told on the progress line, beside what was last on it.
  void waiting(const std::string& whom, std::chrono::nanoseconds since);

 private:
  void draw(const std::string& line);
  // On a terminal no word is broken; commands stay whole, to be copied.
  std::string in_width(std::string_view lines) const;

  World& world_;
  report::TextOptions out_;
  std::string again_, last_;  // last_: of the progress line
  Loudness loudness_;
  report::Colour err_colour_ = report::Colour::off;
  std::chrono::nanoseconds started_{}, drawn_{};
  bool on_screen_ = false;
};

}  // namespace ctxcap::cli
