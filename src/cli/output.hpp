#pragma once
// Inside cli/: the analysis to stdout and to files.

#include <span>
#include <string>
#include <vector>

#include "cli/parser.hpp"
#include "cli/talk.hpp"
#include "data/analysis.hpp"

namespace ctxcap::cli {

// How much of an analysis the terminal gets.
struct ViewFlags {
  bool details = false, wide = false;
  std::string sort = "model";
};

struct OutputFlags {
  std::string format = "table";
  std::vector<std::string> files;
  ViewFlags view;
};

// The style of stdout, with as much as that.
report::TextOptions styled(const ViewFlags& flags, const Talk& talk);

void add_output_flags(Parser& parser, OutputFlags& flags);
// --bad-lines, of commands that read requests.
void add_bad_lines(Parser& parser, std::string& file);

// Checks formats and suffixes before any work is done. Errors: ErrorKind::usage.
Status check_output(const OutputFlags& flags);

// Whether a format that was asked for shows Analysis::what_if. After check_output().
bool wants_what_if(const OutputFlags& flags);

// To stdout and into the files.
Status write_output(const Analysis& analysis, const OutputFlags& flags, World& world, Talk& talk);

// Into the files alone.
Status write_files(const Analysis& analysis, std::span<const std::string> files, World& world, Talk& talk);

// What was not counted, for people, where the result does not say it: all reasons, or the `most` frequent.
void note_skipped(std::span<const Skip> skipped, Talk& talk, const std::string& whose = "",
                  std::size_t most = 0);
// So many reasons are read where the numbers of a run are not what was asked for.
inline constexpr std::size_t kMostReasons = 4;

}  // namespace ctxcap::cli
