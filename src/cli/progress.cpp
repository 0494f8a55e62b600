#include "cli/progress.hpp"

#include <fmt/format.h>

#include <cmath>

#include "base/units.hpp"

namespace ctxcap::cli {
namespace {

// "0:03", "2:05", "1:02:05"
std::string clock_text(i64 seconds) {
  const i64 hours = seconds / 3600, minutes = seconds / 60 % 60;
  if (hours > 0) return fmt::format("{}:{:02}:{:02}", hours, minutes, seconds % 60);
  return fmt::format("{}:{:02}", minutes, seconds % 60);
}

}  // namespace

std::string progress_text(const Progress& progress) {
  std::string text = fmt::format("{}  {} rows", human_bytes(progress.bytes), with_commas(progress.rows));
  const double seconds = std::chrono::duration<double>(progress.since_start).count();
  if (seconds <= 0 || progress.bytes <= 0) return text;
  const double rate = static_cast<double>(progress.bytes) / seconds;
  text += fmt::format("  {}/s", human_bytes(std::llround(rate)));
  if (!progress.total || *progress.total < progress.bytes) return text;
  const double left = static_cast<double>(*progress.total - progress.bytes) / rate;
  constexpr double kLongest = 100 * 3600;  // s; beyond that nobody waits
  if (left < kLongest) text += fmt::format("  {} left", clock_text(std::llround(left)));
  return text;
}

}  // namespace ctxcap::cli
