// ctxcap formats: the request logs that ctxcap reads.

#include <fmt/format.h>

#include <memory>

#include "app/commands.hpp"
#include "app/parser.hpp"
#include "base/text.hpp"
#include "ingest/ingest.hpp"

namespace ctxcap::app {
namespace {

Result<ExitCode> run(const std::string& format, World& world, Talk& talk) {
  if (format != "table" && format != "json") {
    return fail({.kind = ErrorKind::usage,
                 .what = fmt::format("formats has no format \"{}\"", printable(format, 40)),
                 .why = "it prints a table or JSON",
                 .hint = "ctxcap formats -f json"});
  }
  const std::vector<TraceFormat> formats = ingest::known_formats();
  world.console.out(format == "json" ? formats_json(formats)
                                     : report::trace_formats_text(formats, talk.out()));
  return ExitCode::done;
}

Runner configure(Parser& parser) {
  const auto format = std::make_shared<std::string>("table");
  parser.add_option("-f,--format", *format, "table or json").show_default();
  return [format](World& world, Talk& talk) { return run(*format, world, talk); };
}

}  // namespace

constinit const Command kFormats{"formats", "The request logs that ctxcap reads, and how it tells them apart",
                                 "  ctxcap formats\n"
                                 "  ctxcap formats -f json\n",
                                 configure};

}  // namespace ctxcap::app
