// One night, stage by stage.

#include "app/nightly/nightly.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/nightly/dry_run.hpp"
#include "app/nightly/night.hpp"
#include "app/unfinished.hpp"
#include "base/text.hpp"
#include "base/units.hpp"

namespace ctxcap::app {
namespace {

ExitCode worst(const Night& night) {
  const auto any = [&](auto holds) { return std::any_of(night.jobs.begin(), night.jobs.end(), holds); };
  const auto ended = [&](Outcome outcome) {
    return any([=](const JobNight& job) { return job.record.outcome == outcome; });
  };
  const auto trouble = [&](auto holds) {
    return std::any_of(night.troubles.begin(), night.troubles.end(), holds);
  };
  if (ended(Outcome::undone)) return ExitCode::unverified;
  if (ended(Outcome::failed) || trouble([](const Error& e) {
        return e.kind != ErrorKind::unreachable && e.kind != ErrorKind::unverified;
      }))
    return ExitCode::failure;
  if (!night.troubles.empty()) return ExitCode::unreachable;
  if (any([](const JobNight& job) { return job.move == policy::Move::blocked; }))
    return ExitCode::over_budget;
  if (any([](const JobNight& job) { return job.move == policy::Move::withheld; })) return ExitCode::withheld;
  return ExitCode::done;
}

std::string summary(const Night& night) {
  std::map<std::string, i64> moves;
  for (const JobNight& job : night.jobs) ++moves[std::string(policy::word(job.move))];
  std::string text;
  for (const auto& [move, count] : moves)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, move);
  if (!night.troubles.empty()) text += "; " + night.troubles.front().what;
  return text;
}

// The server does not answer: nothing can be decided, and everything stays as it is.
void tell_without_server(Night& night, const Error& error) {
  night.troubles.push_back(error);
  for (const settings::Variant& variant : night.options.config.variants) {
    DecisionRecord record;
    record.at = night.now;
    record.job = kNoJob;
    record.model = variant.base;
    record.reason = fmt::format("{}: {}", error.what, error.why);
    record.outcome = Outcome::waiting;
    night.jobs.push_back({std::move(record), variant.name, policy::Move::wait});
  }
}

// A clock that went backwards is told; records of later nights do not count until they are over.
Status look_at_clock(Night& night) {
  TRY_ASSIGN(const auto latest, night.state.latest());
  if (!latest || policy::night_of(*latest, night.local_offset) <= night.night) return {};
  night.talk.note(fmt::format(
      "note: the clock went backwards: it is {}, and the state knows {}; nights after this one do not count",
      rfc3339(night.now), rfc3339(*latest)));
  return {};
}

Status stages(Night& night) {
  TRY(look_at_clock(night));
  // 1. What is there of the last night: every variant is the old one or a proved new one.
  const Status server = [&]() -> Status {
    TRY(night.ollama.version());
    if (!night.options.dry_run) TRY(recover_unfinished(night.ollama, night.state, night.talk));
    return {};
  }();
  if (!server && server.error().kind != ErrorKind::unreachable) return server;
  // 2. Requests of all days since, also of missed nights.
  TRY(gather(night));
  if (!server) {
    tell_without_server(night, server.error());
    return {};
  }
  // 3. What is to be kept, what it needs, whether that is worth a change tonight.
  TRY(group_variants(night));
  TRY(advise(night));
  TRY(weigh(night));
  // 4. The change itself, with its proof.
  TRY(change(night));
  // 5. For the history.
  return record(night);
}

Result<ExitCode> run_night(const NightlyOptions& options, World& world, Talk& talk) {
  TRY_ASSIGN(const runtime::Host host, runtime::parse_host(options.config.ollama.host));
  runtime::Ollama ollama(world.http, world.clock, host);
  TRY_ASSIGN(state::State state, state::State::open(world));
  Night night{.options = options,
              .world = world,
              .talk = talk,
              .ollama = ollama,
              .state = state,
              .now = world.clock.now()};
  night.local_offset = world.clock.local_offset(night.now);
  night.night = policy::night_of(night.now, night.local_offset);
  TRY_ASSIGN(night.run, state.begin_run("nightly", night.now));

  const std::chrono::nanoseconds began = world.clock.elapsed();
  const Status done = stages(night);
  talk.clear();
  if (done) {
    const std::chrono::duration<double> took = world.clock.elapsed() - began;
    const Status written = write_reports(night, worst(night), took.count());
    if (!written) night.troubles.push_back(written.error());
  }
  for (const Error& trouble : night.troubles) talk.error(trouble);
  for (const JobNight& job : night.jobs) world.console.out(line_of(job) + "\n");
  const ExitCode code = done ? worst(night) : exit_code(done.error().kind);
  TRY(state.end_run(night.run, world.clock.now(), static_cast<i64>(code),
                    done ? summary(night) : done.error().what));
  if (!done) return fail(done.error());
  return code;
}

}  // namespace

Result<ExitCode> nightly(const NightlyOptions& options, World& world, Talk& talk) {
  if (options.config.variants.empty()) {
    return fail({.kind = ErrorKind::usage,
                 .what = "there is nothing to keep right",
                 .why = "the configuration has no [[variant]]",
                 .hint = "ctxcap config check   says what a configuration needs"});
  }
  std::optional<ShiftedClock> shifted;
  if (options.now) shifted.emplace(world.clock, *options.now);
  Clock& clock = shifted ? static_cast<Clock&>(*shifted) : world.clock;
  StateElsewhere environment(world.environment, options.config.state.dir);
  World tonight{world.http,    world.processes, clock,           world.files,
                world.console, environment,     world.databases, world.interrupts};
  // Two nights at once would take each other's backups for leftovers.
  TRY_ASSIGN(const auto lock, state::lock(tonight));
  if (!options.dry_run) return run_night(options, tonight, talk);

  TRY_ASSIGN(const auto copy, copy_of_state(tonight));
  StateElsewhere aside(environment, copy->path());
  World dry{world.http,    world.processes, clock,           world.files,
            world.console, aside,           world.databases, world.interrupts};
  Result<ExitCode> code = run_night(options, dry, talk);
  talk.note("dry run: nothing was changed");
  return code;
}

}  // namespace ctxcap::app
