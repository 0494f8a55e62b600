#include "cli/output.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace ctxcap::cli {
namespace {

void add_view_flags(Parser& parser, ViewFlags& flags) {
  parser.add_flag("--details", flags.details,
                  "Also show the windows considered, the Modelfile, and where skipped rows are");
  parser.add_flag("--wide", flags.wide, "All columns, whatever the width of the terminal");
  parser.add_option("--sort", flags.sort, "Order of the table: by name, or the largest first")
      .one_of({"model", "job", "requests", "need", "cap", "freed", "risk"})
      .type_name("COLUMN")
      .show_default();
}

}  // namespace

void add_output_flags(Parser& parser, OutputFlags& flags) {
  std::vector<std::string> names;
  for (const report::Format* format : report::formats()) names.emplace_back(format->name);
  parser.add_option("-f,--format", flags.format, "What stdout gets: " + join(names, ", "))
      .type_name("FORMAT")
      .words(std::move(names))
      .show_default();
  parser
      .add_option(
          "-o,--output", flags.files,
          "Also write a file; its suffix picks the format (.json .csv .md .html .prom .txt, or Modelfile)")
      .type_name("FILE");
  add_view_flags(parser, flags.view);
}

report::TextOptions styled(const ViewFlags& flags, const Talk& talk) {
  report::TextOptions style = talk.out();
  style.details = flags.details;
  style.wide = flags.wide;
  style.sort = flags.sort;
  return style;
}

void add_bad_lines(Parser& parser, std::string& file) {
  parser
      .add_option("--bad-lines", file,
                  "Also write the place of each skipped row, and why (JSON lines, no prompt text)")
      .type_name("FILE");
}

Status check_output(const OutputFlags& flags) {
  TRY(report::format_named(flags.format));
  for (const std::string& path : flags.files) TRY(report::format_for_file(path));
  return {};
}

bool wants_what_if(const OutputFlags& flags) {
  const auto wants = [](const Result<const report::Format*>& format) {
    return format && (*format)->has_what_if;
  };
  return wants(report::format_named(flags.format)) ||
         std::any_of(flags.files.begin(), flags.files.end(),
                     [&](const std::string& path) { return wants(report::format_for_file(path)); });
}

Status write_output(const Analysis& analysis, const OutputFlags& flags, World& world, Talk& talk) {
  talk.clear();
  TRY_ASSIGN(const report::Format* format, report::format_named(flags.format));
  report::TextOptions style = styled(flags.view, talk);
  style.again = talk.again();
  world.console.out(format->print(analysis, style));
  if (!format->has_skipped) note_skipped(analysis.skipped, talk);
  return write_files(analysis, flags.files, world, talk);
}

Status write_files(const Analysis& analysis, std::span<const std::string> files, World& world, Talk& talk) {
  for (const std::string& path : files) {
    TRY_ASSIGN(const report::Format* format, report::format_for_file(path));
    TRY(world.files.write_atomic(path, format->print(analysis, {})));
    talk.note("wrote " + path);
  }
  return {};
}

void note_skipped(std::span<const Skip> skipped, Talk& talk, const std::string& whose, std::size_t most) {
  for (const std::string& line : report::skip_lines(skipped, most))
    talk.note("note: " + (whose.empty() ? "" : whose + ": ") + "not counted: " + line);
}

}  // namespace ctxcap::cli
