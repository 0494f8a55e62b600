// ctxcap history: what was decided, installed and needed, over time.

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "app/commands.hpp"
#include "app/parser.hpp"
#include "base/text.hpp"
#include "state/state.hpp"

namespace ctxcap::app {
namespace {

struct Flags {
  std::string job, job_flag, model, from, format = "table";
  std::optional<i64> last;
  bool all = false;
};

// "2026-11-01" or "2026-11-01T02:00:00Z".
Result<std::optional<Instant>> read_from(const std::string& text) {
  if (text.empty()) return std::optional<Instant>{};
  std::optional<Instant> from = parse_time(text);
  if (!from) from = parse_time(text + "T00:00:00Z");
  if (from) return from;
  return fail({.kind = ErrorKind::usage,
               .what = "--from " + printable(text, 60) + " is no time",
               .why = "it is neither a date nor of the form 2026-11-01T02:00:00Z",
               .hint = "ctxcap history --from 2026-11-01"});
}

bool is_at_or_after(Instant at, const std::optional<Instant>& from) {
  return !from || at >= *from;
}

Result<state::HistoryFilter> filter_of(const Flags& flags) {
  if (!flags.job.empty() && !flags.job_flag.empty()) {
    return fail({.kind = ErrorKind::usage,
                 .what = "two jobs were given",
                 .why = "history takes one, by itself or with --job",
                 .hint = "ctxcap history --job " + printable(flags.job, 60)});
  }
  if (flags.last && *flags.last < 1) {
    return fail({.kind = ErrorKind::usage,
                 .what = fmt::format("--last cannot be {}", *flags.last),
                 .why = "it is a number of decisions, 1 or more",
                 .hint = "ctxcap history --last 10, or leave it out for all"});
  }
  TRY_ASSIGN(const std::optional<Instant> from, read_from(flags.from));
  return state::HistoryFilter{.job = flags.job.empty() ? flags.job_flag : flags.job,
                              .model = flags.model,
                              .from = from,
                              .last = flags.last};
}

// The demand that the filter means; days before its time are left out.
Result<std::vector<Demand>> demand_of(state::State& state, const state::HistoryFilter& filter) {
  const std::optional<Day> first = filter.from ? std::optional(day_of(*filter.from)) : std::nullopt;
  TRY_ASSIGN(std::vector<Demand> demands, state.demand({.from = first}));
  std::erase_if(demands, [&](const Demand& demand) {
    return (!filter.job.empty() && demand.job != filter.job) ||
           (!filter.model.empty() && demand.model != filter.model);
  });
  return demands;
}

// Measurements know no job: they are shown where no job or model is asked for.
Result<std::vector<Measurement>> measurements_of(state::State& state, const state::HistoryFilter& filter) {
  if (!filter.job.empty() || !filter.model.empty()) return std::vector<Measurement>{};
  TRY_ASSIGN(std::vector<Measurement> all, state.measurements());
  std::erase_if(all, [&](const Measurement& seen) { return !is_at_or_after(seen.at, filter.from); });
  const auto last = static_cast<std::size_t>(filter.last.value_or(static_cast<i64>(all.size())));
  if (last < all.size()) all.erase(all.begin(), all.end() - static_cast<std::ptrdiff_t>(last));
  return all;
}

// A job that nothing is known of is a typing error rather than an empty answer.
Status check_known(state::State& state, const std::string& job) {
  if (job.empty()) return {};
  std::vector<std::string> known;
  TRY_ASSIGN(const std::vector<Demand> demands, state.demand());
  TRY_ASSIGN(const std::vector<DecisionRecord> decisions, state.decisions());
  for (const Demand& demand : demands) known.push_back(demand.job);
  for (const DecisionRecord& decision : decisions) known.push_back(decision.job);
  if (known.empty() || std::find(known.begin(), known.end(), job) != known.end()) return {};
  const std::string near = closest(job, known);
  return fail(
      {.kind = ErrorKind::usage,
       .what = fmt::format("nothing is known of the job \"{}\"", printable(job, 60)),
       .why = "the state has neither requests nor decisions of it",
       .hint = near.empty() ? "ctxcap history" : "did you mean: ctxcap history " + printable(near, 60)});
}

Result<std::string> export_of(state::State& state, const state::HistoryFilter& filter) {
  Export all;
  TRY_ASSIGN(all.runs, state.runs());
  TRY_ASSIGN(all.demands, demand_of(state, filter));
  TRY_ASSIGN(all.decisions, state.decisions(filter));
  TRY_ASSIGN(all.receipts, state.receipts());
  TRY_ASSIGN(all.measurements, measurements_of(state, filter));
  TRY_ASSIGN(all.calibrations, state.calibrations());
  const bool of_a_job = !filter.job.empty() || !filter.model.empty();
  std::erase_if(all.runs,
                [&](const Run& run) { return of_a_job || !is_at_or_after(run.started, filter.from); });
  std::erase_if(all.receipts, [&](const ReceiptRecord& receipt) {
    return of_a_job || !is_at_or_after(receipt.at, filter.from);
  });
  if (of_a_job) all.calibrations.clear();
  return export_lines(all);
}

Result<ExitCode> run(const Flags& flags, World& world, Talk& talk) {
  if (flags.format != "table" && flags.format != "json") {
    return fail({.kind = ErrorKind::usage,
                 .what = fmt::format("history has no format \"{}\"", printable(flags.format, 40)),
                 .why = "it prints a table or JSON",
                 .hint = "ctxcap history -f json"});
  }
  TRY_ASSIGN(const state::HistoryFilter filter, filter_of(flags));
  TRY_ASSIGN(state::State state, state::State::open(world, state::Access::read));
  TRY(check_known(state, filter.job));
  if (flags.all) {
    TRY_ASSIGN(const std::string lines, export_of(state, filter));
    world.console.out(lines);
    return ExitCode::done;
  }
  History history;
  TRY_ASSIGN(history.decisions, state.decisions(filter));
  TRY_ASSIGN(history.measurements, measurements_of(state, filter));
  TRY_ASSIGN(const std::vector<Demand> demands, demand_of(state, filter));
  // The window of a day may have been decided before the days that are shown.
  TRY_ASSIGN(const std::vector<DecisionRecord> all, state.decisions({.job = filter.job}));
  history.jobs = days_of(demands, all);
  if (flags.format == "json") {
    world.console.out(history_json(history));
    return ExitCode::done;
  }
  const std::string text = report::history_text(history, talk.out());
  world.console.out(text);
  if (text.empty()) {
    TRY_ASSIGN(const std::string directory, state::state_directory(world));
    talk.note("nothing is recorded yet in " + directory);
  }
  return ExitCode::done;
}

Runner configure(Parser& parser) {
  const auto flags = std::make_shared<Flags>();
  parser.add_option("job", flags->job, "The job (default: all)").type_name("JOB");
  parser.add_option("--job", flags->job_flag, "The same").type_name("JOB");
  parser.add_option("--model", flags->model, "Only of this model").type_name("MODEL");
  parser.add_option("--from", flags->from, "Only from then on: a date or a time in UTC").type_name("TIME");
  parser.add_option("--last", flags->last, "Only the latest N decisions and measurements").type_name("N");
  parser.add_option("-f,--format", flags->format, "table or json").show_default();
  parser.add_flag("--export", flags->all,
                  "Everything as JSON lines: days with exact histograms, decisions, receipts, measurements");
  return [flags](World& world, Talk& talk) { return run(*flags, world, talk); };
}

}  // namespace

constinit const Command kHistory{"history", "What was decided, installed and needed, over time",
                                 "  ctxcap history\n"
                                 "  ctxcap history email-triage --last 10\n"
                                 "  ctxcap history --from 2026-11-01 -f json\n"
                                 "  ctxcap history --export > history.jsonl\n",
                                 configure};

}  // namespace ctxcap::app
