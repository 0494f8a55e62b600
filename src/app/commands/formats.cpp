// ctxcap formats: the request logs that ctxcap reads.

#include <fmt/format.h>

#include <memory>

#include "app/commands.hpp"
#include "base/text.hpp"
#include "ingest/ingest.hpp"

namespace ctxcap::app {
namespace {

Result<ExitCode> run_formats(const cli::SkinFlags& output, World& world, Talk& talk) {
  TRY(cli::check_skins("formats", output));
  const std::vector<TraceFormat> formats = ingest::known_formats();
  TRY(cli::write_skins({.text = [&](const auto& style) { return report::trace_formats_text(formats, style); },
                        .json = [&] { return formats_json(formats); }},
                       output, world, talk));
  return ExitCode::done;
}

Runner configure_formats(Parser& parser) {
  const auto output = std::make_shared<cli::SkinFlags>(cli::SkinFlags{.pages = false});
  cli::add_skin_flags(parser, *output);
  return [output](const settings::Reading&, World& world, Talk& talk) {
    return run_formats(*output, world, talk);
  };
}

}  // namespace

constinit const Command kFormats{.name = "formats",
                                 .help = "The request logs that ctxcap reads, and how it recognises them",
                                 .examples =
                                     "  ctxcap formats\n"
                                     "  ctxcap formats -f json\n",
                                 .configure = configure_formats,
                                 .lenient = true};

}  // namespace ctxcap::app
