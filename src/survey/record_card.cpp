#include "survey/record_card.hpp"

#include <algorithm>

#include "base/units.hpp"
#include "gpu/gpu.hpp"
#include "history/history.hpp"
#include "state/state.hpp"

namespace ctxcap::survey {
namespace {

constexpr i64 kListenEvery = kMicrosPerMinute;
constexpr const char* kLogs = "logs";      // journal and containers, read together
constexpr i64 kAccountEvery = kMicrosPerMinute;  // the driver keeps the last 4,000 processes

class Recorder {
 public:
  Recorder(const RecordOptions& options, World& world, cli::Talk& talk, state::CardSamples samples)
      : step_(std::chrono::microseconds(options.step).count()),
        keep_days_(options.keep_days),
        world_(world),
        talk_(talk),
        eye_(world, options.rules),
        samples_(std::move(samples)) {}

  // Nothing to record where no driver answers: that is told once.
  Status once() {
    const Instant now = world_.clock.now();
    const Result<std::vector<CardLook>> looks = eye_.look();
    if (!looks) {
      if (looks.error().why != trouble_) talk_.note("note: the card cannot be read: " + looks.error().why);
      trouble_ = looks.error().why;
      return {};
    }
    if (!trouble_.empty()) talk_.note("note: the card can be read again");
    trouble_.clear();
    for (const CardLook& look : *looks) TRY(samples_.record(look, now, step_));
    TRY(account(*looks, now));
    TRY(listen(now));
    return forget(now);
  }

 private:
  // Exact peaks, where the driver keeps account, of processes that are there to say whose they are.
  Status account(const std::vector<CardLook>& looks, Instant now) {
    if (now.micros - accounted_ < kAccountEvery && now.micros >= accounted_) return {};
    accounted_ = now.micros;
    for (const gpu::AccountedPeak& peak : eye_.accounted()) {
      for (const CardLook& look : looks) {
        for (const CardProcess& process : look.processes) {
          if (process.pid == peak.pid) TRY(samples_.peak(look.facts.uuid, process.tenant, peak.bytes));
        }
      }
    }
    return {};
  }

  // What was said since the last time; of what was said before the first, samples tell nothing.
  Status listen(Instant now) {
    if (now.micros - listened_ < kListenEvery && now.micros >= listened_) return {};
    listened_ = now.micros;
    TRY_ASSIGN(const std::optional<Instant> until, samples_.heard(kLogs));
    if (!until || *until > now) return samples_.hear(kLogs, now);
    const history::Heard heard = history::hear(*until, world_);
    for (const CardOom& oom : heard.ooms) TRY(samples_.oom(oom));
    return heard.any ? samples_.hear(kLogs, now) : Status();
  }

  Status forget(Instant now) {
    if (now.micros / kMicrosPerDay == forgot_ || keep_days_ == 0) return {};
    forgot_ = now.micros / kMicrosPerDay;
    TRY(samples_.forget({now.micros - keep_days_ * kMicrosPerDay}));
    return {};
  }

  const i64 step_;
  const i64 keep_days_;
  World& world_;
  cli::Talk& talk_;
  gpu::Eye eye_;
  state::CardSamples samples_;
  std::string trouble_;
  i64 accounted_ = 0, forgot_ = 0, listened_ = 0;
};

// In short pieces, so that an interruption is heard.
void sleep_until(std::chrono::nanoseconds due, World& world) {
  constexpr std::chrono::milliseconds kPiece{500};
  while (world.clock.elapsed() < due && !world.interrupts.came()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(due - world.clock.elapsed());
    world.clock.sleep_for(std::min(kPiece, left));
  }
}

}  // namespace

Result<cli::ExitCode> record_card(const RecordOptions& options, World& world, cli::Talk& talk) {
  const auto hold = world.interrupts.hold();
  TRY_ASSIGN(const auto lock, state::lock(world, "card"));
  TRY(gpu::Eye(world).look());
  TRY_ASSIGN(state::CardSamples samples, state::CardSamples::open(world));
  const std::chrono::milliseconds step = options.step;
  Recorder recorder(options, world, talk, std::move(samples));
  talk.note(fmt::format("recording the card every {} ms; Ctrl-C ends it", with_commas(step.count())));
  for (auto due = world.clock.elapsed(); !world.interrupts.came();) {
    TRY(recorder.once());
    due = std::max(due + step, world.clock.elapsed());
    sleep_until(due, world);
  }
  return cli::ExitCode::done;
}

}  // namespace ctxcap::survey
