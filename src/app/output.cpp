#include "app/output.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace ctxcap::app {

Status check_output(const OutputFlags& flags) {
  TRY(report::format_named(flags.format));
  for (const std::string& path : flags.files) TRY(report::format_for_file(path));
  return {};
}

Status write_output(const Analysis& analysis, const OutputFlags& flags, World& world, Talk& talk) {
  talk.clear();
  TRY_ASSIGN(const report::Format* format, report::format_named(flags.format));
  world.console.out(format->print(analysis, talk.out()));
  for (const std::string& path : flags.files) {
    TRY_ASSIGN(format, report::format_for_file(path));
    TRY(world.files.write_atomic(path, format->print(analysis, {})));
    talk.note("wrote " + path);
  }
  return {};
}

Status check_table_or_json(const std::string& command, const std::string& format) {
  if (format == "table" || format == "json") return {};
  return fail({.kind = ErrorKind::usage,
               .what = fmt::format("{} has no format \"{}\"", command, printable(format, 40)),
               .why = "it prints a table or JSON",
               .hint = "-f table or -f json"});
}

}  // namespace ctxcap::app
