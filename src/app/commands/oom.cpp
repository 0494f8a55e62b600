// ctxcap oom: who held what when a program ran out of memory, and what would have helped.

#include <memory>

#include "app/commands.hpp"
#include "report/report.hpp"
#include "tenants/tenants.hpp"

namespace ctxcap::app {
namespace {

constexpr std::size_t kMost = std::size_t{256}
                              << 20;  // bytes that a pipe may bring; a file may have any size

struct OomFlags {
  std::string file;
  cli::SkinFlags output{.pages = false};
};

Result<std::vector<OomEvent>> events_in(const std::string& path, std::string_view bytes,
                                        const tenants::OnRead& on_read) {
  if (!tenants::is_pickle(bytes, path)) return tenants::oom_events(bytes);
  TRY_ASSIGN(const std::vector<Snapshot> snapshots, tenants::read_snapshot(bytes, on_read));
  return tenants::events_of(snapshots);
}

Result<std::vector<OomEvent>> read_events(const std::string& path, World& world) {
  if (world.files.kind(path) == PathKind::file) {
    TRY_ASSIGN(const auto file, world.files.map(path));
    return events_in(path, file->bytes().substr(0, file->left()),
                     [&file](std::string_view part) { file->done_with(part); });
  }
  TRY_ASSIGN(const auto reader, world.files.open(path));
  std::string text;
  constexpr std::size_t kPiece = 1 << 20;
  for (std::size_t got = 1; got > 0;) {
    const std::size_t before = text.size();
    text.resize(before + kPiece);
    TRY_ASSIGN(got, reader->read(text.data() + before, kPiece));
    text.resize(before + got);
    if (text.size() > kMost) {
      return fail({.kind = ErrorKind::usage,
                   .what = "this is too long for a pipe",
                   .why = "it is more than 256 MiB",
                   .hint = "write it to a file, then: ctxcap oom FILE"});
    }
  }
  return events_in(path, text, {});
}

Result<ExitCode> run_oom(const OomFlags& flags, World& world, Talk& talk) {
  TRY(cli::check_skins("oom", flags.output));
  if (flags.file.empty()) {
    return fail({.kind = ErrorKind::usage,
                 .what = "no text is given",
                 .why = "oom reads a log, or a pasted line from -",
                 .hint = "ctxcap oom whisperx.log"});
  }
  TRY_ASSIGN(const std::vector<OomEvent> events, read_events(flags.file, world));
  TRY(cli::write_skins({.text = [&](const auto& style) { return report::oom_text(events, style); },
                        .json = [&] { return oom_json(events); }},
                       flags.output, world, talk));
  if (!events.empty()) return ExitCode::done;
  talk.note("no line says that a GPU ran out of memory");
  return ExitCode::withheld;
}

Runner configure_oom(Parser& parser) {
  const auto flags = std::make_shared<OomFlags>();
  parser
      .add_option("FILE", flags->file,
                  "A log, a pasted text, or PyTorch's memory snapshot; - is standard input")
      .type_name("FILE|-");
  cli::add_skin_flags(parser, flags->output);
  return [flags](const settings::Reading&, World& world, Talk& talk) { return run_oom(*flags, world, talk); };
}

}  // namespace

constinit const Command kOom{"oom",
                             "Explain an out-of-memory text or snapshot: who held what, what would help",
                             "  ctxcap oom whisperx.log\n"
                             "  ctxcap oom snapshot.pickle\n"
                             "  docker logs vllm 2>&1 | ctxcap oom -\n",
                             configure_oom};

}  // namespace ctxcap::app
