// One night, stage by stage.

#include "nights/nights.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/glossary.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "nights/night.hpp"
#include "nights/served_night.hpp"
#include "nights/tell.hpp"
#include "ports/elsewhere.hpp"
#include "report/report.hpp"

namespace ctxcap::nights {
namespace {

cli::ExitCode code_of(const Error& trouble) {
  const bool out_of_reach = trouble.kind == ErrorKind::unreachable || trouble.kind == ErrorKind::unverified;
  return out_of_reach ? cli::ExitCode::unreachable : cli::ExitCode::failure;
}

cli::ExitCode code_of(const JobNight& job) {
  if (job.record.outcome == Outcome::undone) return cli::ExitCode::unverified;
  if (job.record.outcome == Outcome::failed) return cli::ExitCode::failure;
  if (job.move == Move::blocked) return cli::ExitCode::over_budget;
  return job.move == Move::withheld ? cli::ExitCode::withheld : cli::ExitCode::done;
}

// The worst of all servers.
cli::ExitCode code_of(const std::vector<JobNight>& jobs, const std::vector<Error>& troubles) {
  cli::ExitCode code = cli::ExitCode::done;
  // Advice that is withheld is no exit code of a night that changed something.
  const bool changed = std::any_of(jobs.begin(), jobs.end(), [](const JobNight& job) {
    return job.record.outcome == Outcome::applied &&
           (job.move == Move::create || job.move == Move::grow || job.move == Move::shrink);
  });
  for (const JobNight& job : jobs) {
    const cli::ExitCode one = code_of(job);
    if (!(changed && one == cli::ExitCode::withheld)) code = worse(code, one);
  }
  for (const Error& trouble : troubles) code = worse(code, code_of(trouble));
  return code;
}

// A clock that went backwards is told; records of later nights do not count until they are over.
Status look_at_clock(const Night& night) {
  TRY_ASSIGN(const auto latest, night.state.latest());
  const policy::Moment moment = night.moment();
  if (!latest || moment.night(*latest) <= moment.night()) return {};
  night.talk.note(
      fmt::format("note: the clock went backwards: it says {}, but the state has records up to {}; nights "
                  "after now do not count",
                  rfc3339(night.now), rfc3339(*latest)));
  return {};
}

// What is there of the last night: every variant is the old one or a proved new one. A server that does not
// answer stays as it is, and so does one that another run is at; other errors end the night.
Status wake(ServerNight& here) {
  if (!here.awake) return {};
  here.awake = [&]() -> Status {
    if (here.server.served) return wake_served(here);
    TRY(here.ollama.version());
    const policy::Moment tonight = here.night.moment();
    if (!here.night.options.dry_run)
      TRY(apply::recover_unfinished(here.ollama, here.night.state, here.night.talk, &tonight));
    return {};
  }();
  const bool down = !here.awake && here.awake.error().kind == ErrorKind::unreachable;
  return down ? Status{} : here.awake;
}

// Nothing can be decided for it, and everything stays as it is.
void tell_without_server(ServerNight& here) {
  const Error& error = here.awake.error();
  here.troubles.push_back(error);
  for (const policy::Wanted& wanted : here.wanted) {
    here.jobs.push_back({{.at = here.night.now,
                          .job = std::string(kNoJob),
                          .model = wanted.base,
                          .reason = fmt::format("{}: {}", error.what, error.why),
                          .outcome = Outcome::waiting},
                         wanted.name,
                         Move::wait});
  }
}

Status whole_night_of(ServerNight& here) {
  if (!here.awake) {
    tell_without_server(here);
    return {};
  }
  // What is to be kept, what it needs, whether that is worth a change tonight.
  TRY(group_variants(here));
  TRY(advise(here));
  TRY(weigh(here));
  TRY(heed_card(here));
  // The change itself, with its proof; and for the history.
  TRY(change(here));
  return record(here);
}

Status stages(Night& night, std::vector<ServerNight>& servers) {
  TRY(look_at_clock(night));
  for (ServerNight& here : servers) TRY(wake(here));
  // Requests of all days since, also of missed nights. From here on no source is read.
  TRY(gather(night));
  for (ServerNight& here : servers) TRY(whole_night_of(here));
  return {};
}

// A server that no other run of ours changes meanwhile: two nights at once would take each other's backups
// for leftovers.
struct Held {
  const Server& server;
  std::string id;
  runtime::Host host;
  Result<std::unique_ptr<Files::Lock>> lock;
};

// Error: that of the first, where none of them can be had.
Result<std::vector<Held>> hold_servers(const std::vector<Server>& servers, World& world) {
  std::vector<Held> held;
  for (const Server& server : servers) {
    TRY_ASSIGN(const runtime::Host host, runtime::parse_host(server.ollama.host));
    const std::string id =
        server.served ? runtime::host_of(*server.served, world.files.working_directory()) : host.id;
    held.push_back({server, id, host, state::lock(world, id)});
  }
  if (std::none_of(held.begin(), held.end(), [](const Held& one) { return one.lock.has_value(); }))
    return fail(held.front().lock.error());
  return held;
}

template <typename T>
void append(std::vector<T>& all, const std::vector<T>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

// Whether somebody could not be told, of which the reports tell then.
Result<bool> tell(Night& night, const std::vector<ServerNight>& servers, const std::vector<JobNight>& jobs,
                  const std::vector<Error>& troubles) {
  if (night.options.dry_run || night.options.settings.notify.empty()) return false;
  TRY_ASSIGN(const std::vector<NoticeOfOom> ooms, ooms_since_last_run(night, servers));
  const Notice notice =
      report::night_notice(jobs, troubles, ooms, night.now, static_cast<int>(code_of(jobs, troubles)));
  const std::vector<Warning> unheard = tell_people(notice, night.options.settings, night.world);
  for (const Warning& warning : unheard) night.warn(warning.code, warning.text);
  return !unheard.empty();
}

Result<cli::ExitCode> run_night(const NightlyOptions& options, const std::vector<Held>& held, World& world,
                                cli::Talk& talk) {
  TRY_ASSIGN(state::State state, state::State::open(world));
  Night night{.options = options, .world = world, .talk = talk, .state = state, .now = world.clock.now()};
  night.local_offset = world.clock.local_offset(night.now);
  TRY_ASSIGN(night.run, state.begin_run("nightly", night.now));
  std::vector<ServerNight> servers;
  for (const Held& one : held) {
    servers.push_back({one.server, one.id, apply::server_of(one.server.ollama, one.host, world), night,
                       wanted_of(one.server)});
    if (!one.lock) servers.back().awake = fail(one.lock.error());
  }

  const std::chrono::nanoseconds began = world.clock.elapsed();
  const Status done = stages(night, servers);
  talk.clear();
  std::vector<JobNight> jobs;
  std::vector<Error> troubles = night.troubles;
  for (const ServerNight& here : servers) {
    append(jobs, here.jobs);
    append(troubles, here.troubles);
  }
  if (done) {
    const std::chrono::duration<double> took = world.clock.elapsed() - began;
    Status written = write_reports(night, servers, code_of(jobs, troubles), took.count());
    if (!written) troubles.push_back(written.error());
    TRY_ASSIGN(const bool unheard, tell(night, servers, jobs, troubles));
    if (unheard && written) written = write_reports(night, servers, code_of(jobs, troubles), took.count());
  }
  for (const Error& trouble : troubles) talk.error(trouble);
  // One line each for the journal; a terminal gets what it can show.
  const bool shown = world.console.out_is_tty() || options.settings.report.width;
  const int width = shown ? talk.out().width : 1 << 20;
  for (const JobNight& job : jobs)
    world.console.out(wrapped(report::night_line(job, options.dry_run), width, "", "  ") + "\n");
  const cli::ExitCode code = done ? code_of(jobs, troubles) : cli::exit_code(done.error().kind);
  TRY(state.end_run(night.run, world.clock.now(), static_cast<i64>(code),
                    done ? report::night_summary(jobs, troubles) : done.error().what));
  if (!done) return fail(done.error());
  return code;
}

// A night that ended before it did anything.
void tell_of_end(const Error& error, const settings::Settings& settings, World& world, cli::Talk& talk) {
  const Notice notice = report::night_notice({}, std::span(&error, 1), {}, world.clock.now(),
                                             static_cast<int>(cli::exit_code(error.kind)));
  for (const Warning& warning : tell_people(notice, settings, world)) talk.note("warning: " + warning.text);
}

}  // namespace

Result<cli::ExitCode> nightly(const NightlyOptions& options, World& world, cli::Talk& talk) {
  if (options.settings.variants.empty()) {
    return fail({.kind = ErrorKind::withheld,
                 .what = "there is nothing for a night to do",
                 .why = "the configuration has no [[variant]]",
                 .hint = "ctxcap config check   says what a configuration needs"});
  }
  std::optional<ShiftedClock> shifted;
  if (options.now) shifted.emplace(world.clock, *options.now);
  Clock& clock = shifted ? static_cast<Clock&>(*shifted) : world.clock;
  World tonight{world.http,      world.processes,  clock,
                world.files,     world.console,    world.environment,
                world.databases, world.interrupts, world.libraries};
  Result<std::vector<Held>> servers = hold_servers(options.servers, tonight);
  if (!options.dry_run) {
    Result<cli::ExitCode> ended =
        servers ? run_night(options, *servers, tonight, talk) : fail(servers.error());
    if (!ended) tell_of_end(ended.error(), options.settings, tonight, talk);
    return ended;
  }
  TRY_ASSIGN(const std::vector<Held> held, std::move(servers));
  TRY_ASSIGN(const auto copy, state::copy(tonight));
  OtherVariable aside(world.environment, state::kDirectoryVariable, copy->path());
  World dry{world.http,      world.processes,  clock,          world.files, world.console, aside,
            world.databases, world.interrupts, world.libraries};
  Result<cli::ExitCode> code = run_night(options, held, dry, talk);
  talk.note("dry run: nothing changed");
  return code;
}

}  // namespace ctxcap::nights
