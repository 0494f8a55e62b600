#include "cli/talk.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/glossary.hpp"
#include "base/text.hpp"

namespace ctxcap::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto kQuietFor = 500ms;  // nothing is drawn for work that is over by then
constexpr auto kRedrawEvery = 100ms;
constexpr int kBarColumns = 30;
constexpr std::size_t kMostShown = 50;  // jobs that somebody would look through

bool is_set(World& world, const char* name) {
  return !world.environment.get(name).value_or("").empty();
}

report::Colour colour_for(World& world, settings::Colours choice, bool tty) {
  if (choice != settings::Colours::automatic)
    return choice == settings::Colours::always ? report::Colour::on : report::Colour::off;
  if (is_set(world, "NO_COLOR")) return report::Colour::off;
  if (is_set(world, "CLICOLOR_FORCE")) return report::Colour::on;
  const bool dumb = world.environment.get("TERM").value_or("") == "dumb";
  return tty && !dumb ? report::Colour::on : report::Colour::off;
}

}  // namespace

Talk::Talk(World& world, const settings::Report& style, std::string again, Loudness loudness)
    : world_(world), again_(std::move(again)), loudness_(loudness) {
  out_.width = style.width ? static_cast<int>(*style.width) : world.console.width();
  out_.colour = colour_for(world, style.color, world.console.out_is_tty());
  out_.most = kMostShown;
  out_.details = out_.wide = false;
  out_.glyphs = style.ascii ? report::Glyphs::ascii : report::Glyphs::unicode;
  err_colour_ = colour_for(world, style.color, world.console.err_is_tty());
  started_ = world.clock.elapsed();
}

void Talk::note(const std::string& line) {
  if (loudness_ == Loudness::quiet && !line.starts_with("warning")) return;
  clear();
  world_.console.err(in_width(line) + "\n");
}

void Talk::error(const Error& error) {
  clear();
  world_.console.err(in_width(report::error_text(error, err_colour_)));
}

std::string Talk::in_width(std::string_view lines) const {
  if (!world_.console.err_is_tty()) return std::string(lines);
  std::string text;
  for (const std::string_view line : split(lines, '\n')) {
    if (!text.empty()) text += '\n';
    const std::size_t begin = std::min(line.find_first_not_of(' '), line.size());
    const bool is_command = line.starts_with(" hint:") || line.starts_with("next:");
    text += is_command
                ? std::string(line)
                : wrapped(line.substr(begin), world_.console.width(), std::string(begin, ' '), "       ");
  }
  return text;
}

void Talk::progress(const std::string& what, i64 done, std::optional<i64> total, const std::string& detail) {
  if (!world_.console.err_is_tty() || loudness_ == Loudness::quiet) return;
  last_ = what + " " + (total ? "" : detail);
  std::string line = what + " ";
  if (total && *total > 0) {
    const i64 filled = std::clamp<i64>(done * kBarColumns / *total, 0, kBarColumns);
    const bool ascii = out_.glyphs == report::Glyphs::ascii;
    for (i64 i = 0; i < kBarColumns; ++i) line += i < filled ? (ascii ? "=" : "━") : (ascii ? "." : "─");
    line += " ";
  }
  draw(line + detail);
}

void Talk::waiting(const std::string& whom, std::chrono::nanoseconds since) {
  if (!world_.console.err_is_tty() || loudness_ == Loudness::quiet || since < 1s) return;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since).count();
  draw(fmt::format("{}{}waiting for {} {}:{:02}", last_, last_.empty() ? "" : "  ", whom, seconds / 60,
                   seconds % 60));
}

void Talk::draw(const std::string& line) {
  const auto now = world_.clock.elapsed();
  if (now - started_ < kQuietFor || now - drawn_ < kRedrawEvery) return;
  drawn_ = now;
  world_.console.err("\r\x1b[K" + fit_to_width("  " + line, world_.console.width() - 1));
  on_screen_ = true;
}

void Talk::clear() {
  if (on_screen_) world_.console.err("\r\x1b[K");
  on_screen_ = false;
  last_.clear();
}

}  // namespace ctxcap::cli
