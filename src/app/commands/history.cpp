// ctxcap history: what was decided, installed and needed, over time.

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "app/commands.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "data/host.hpp"
#include "state/state.hpp"

namespace ctxcap::app {
namespace {

struct HistoryFlags {
  std::string job, job_flag, model, from, import;
  cli::SkinFlags output;
  std::optional<i64> last;
  bool all = false;
};

Result<std::optional<Instant>> read_from(const std::string& text, Instant now) {
  if (text.empty()) return std::optional<Instant>{};
  const std::optional<Instant> from = parse_when(text, now);
  if (from) return from;
  return fail({.kind = ErrorKind::usage,
               .what = "--from " + printable(text, 60) + " is not a time",
               .why = "it is neither an age, nor a date, nor a time such as 2026-11-01T02:00:00Z",
               .hint = "ctxcap history --from 2026-11-01   or   --from 7d"});
}

// All servers, unless one is asked for.
Result<std::string> host_of(const settings::Reading& read) {
  const bool asked = std::any_of(read.shown.begin(), read.shown.end(), [](const settings::Shown& shown) {
    return shown.key == "ollama.host" && shown.origin == settings::Origin::flag;
  });
  if (!asked && read.settings.server.empty()) return std::string();
  TRY_ASSIGN(const Host host, parse_host(read.settings.ollama.host));
  return host.id;
}

Result<state::HistoryFilter> filter_of(const HistoryFlags& flags, const settings::Reading& read,
                                       Instant now) {
  if (!flags.job.empty() && !flags.job_flag.empty()) {
    return fail({.kind = ErrorKind::usage,
                 .what = "two jobs were given",
                 .why = "history takes one job, by itself or with --job",
                 .hint = "ctxcap history --job " + printable(flags.job, 60)});
  }
  if (flags.last && *flags.last < 1) {
    return fail({.kind = ErrorKind::usage,
                 .what = fmt::format("--last cannot be {}", *flags.last),
                 .why = "it is a number of decisions, 1 or more",
                 .hint = "ctxcap history --last 10, or leave it out for all"});
  }
  TRY_ASSIGN(const std::optional<Instant> from, read_from(flags.from, now));
  TRY_ASSIGN(const std::string host, host_of(read));
  return state::HistoryFilter{.job = flags.job.empty() ? flags.job_flag : flags.job,
                              .model = flags.model,
                              .from = from,
                              .last = flags.last,
                              .host = host};
}

Result<ExitCode> import(const std::string& path, World& world, Talk& talk) {
  TRY_ASSIGN(const std::unique_ptr<MappedFile> file, world.files.map(path));
  TRY_ASSIGN(const Export all, export_of(file->bytes(), path));
  TRY_ASSIGN(const auto lock, state::lock(world, "import"));
  TRY_ASSIGN(state::State state, state::State::open(world));
  TRY(state::write_export(state, all, world.clock.now()));
  talk.note(fmt::format("imported {}, {} and {}", counted(static_cast<i64>(all.demands.size()), "job"),
                        counted(static_cast<i64>(all.decisions.size()), "decision"),
                        counted(static_cast<i64>(all.variants.size()), "variant")));
  return ExitCode::done;
}

Result<ExitCode> run_history(const HistoryFlags& flags, const settings::Reading& read, World& world,
                             Talk& talk) {
  TRY(cli::check_skins("history", flags.output));
  if (!flags.import.empty()) return import(flags.import, world, talk);
  TRY_ASSIGN(const state::HistoryFilter filter, filter_of(flags, read, world.clock.now()));
  TRY_ASSIGN(state::State state, state::State::open(world, state::Access::read));
  TRY(state::check_known(state, filter.job));
  if (flags.all) {
    TRY_ASSIGN(const Export all, state::read_export(state, filter));
    world.console.out(export_lines(all));
    return ExitCode::done;
  }
  TRY_ASSIGN(const History history, state::read_history(state, filter));
  TRY(cli::write_skins({.text = [&](const auto& style) { return report::history_text(history, style); },
                        .json = [&] { return history_json(history); },
                        .html = [&] { return report::history_page(history); }},
                       flags.output, world, talk));
  if (flags.output.format == "table" && report::history_text(history, {}).empty()) {
    TRY_ASSIGN(const std::string directory, state::state_directory(world));
    talk.note("nothing is recorded yet in " + directory);
  }
  return ExitCode::done;
}

Runner configure_history(Parser& parser) {
  const auto flags = std::make_shared<HistoryFlags>();
  parser.add_option("job", flags->job, "The job (default: all)").type_name("JOB");
  parser.add_option("--job", flags->job_flag, "The same").type_name("JOB");
  parser.add_option("--model", flags->model, "Only of this model").type_name("MODEL");
  parser.add_option("--from", flags->from, "Only from then on: 7d, 36h, a date or RFC 3339")
      .type_name("TIME");
  parser.add_option("--last", flags->last, "Only the latest N decisions and measurements").type_name("N");
  cli::add_skin_flags(parser, flags->output);
  parser.add_flag("--export", flags->all,
                  "Everything as JSON lines: days with exact histograms, decisions, receipts, measurements");
  parser.add_option("--import", flags->import, "Read what --export wrote into an empty state")
      .type_name("FILE");
  return [flags](const settings::Reading& read, World& world, Talk& talk) {
    return run_history(*flags, read, world, talk);
  };
}

}  // namespace

constinit const Command kHistory{"history", "What was decided, installed and needed, over time",
                                 "  ctxcap history\n"
                                 "  ctxcap history email-triage --last 10\n"
                                 "  ctxcap history --from 2026-11-01 -f json\n"
                                 "  ctxcap history --export > history.jsonl\n"
                                 "  ctxcap history --import history.jsonl\n",
                                 configure_history, settings::kHistory};

}  // namespace ctxcap::app
