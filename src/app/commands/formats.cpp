// ctxcap formats: the request logs that ctxcap reads.

#include <fmt/format.h>

#include <memory>

#include "app/commands.hpp"
#include "base/text.hpp"
#include "ingest/ingest.hpp"

namespace ctxcap::app {
namespace {

Result<ExitCode> run_formats(const std::string& format, World& world, Talk& talk) {
  TRY(check_table_or_json("formats", format));
  const std::vector<TraceFormat> formats = ingest::known_formats();
  world.console.out(format == "json" ? formats_json(formats)
                                     : report::trace_formats_text(formats, talk.out()));
  return ExitCode::done;
}

Runner configure_formats(Parser& parser) {
  const auto format = std::make_shared<std::string>("table");
  add_table_or_json(parser, *format);
  return [format](const settings::Reading&, World& world, Talk& talk) {
    return run_formats(*format, world, talk);
  };
}

}  // namespace

constinit const Command kFormats{.name = "formats",
                                 .help = "The request logs that ctxcap reads, and how it tells them apart",
                                 .examples =
                                     "  ctxcap formats\n"
                                     "  ctxcap formats -f json\n",
                                 .configure = configure_formats,
                                 .lenient = true};

}  // namespace ctxcap::app
