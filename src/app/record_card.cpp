#include "app/record_card.hpp"

#include <algorithm>

#include "base/units.hpp"
#include "gpu/gpu.hpp"
#include "state/state.hpp"

namespace ctxcap::app {
namespace {

constexpr i64 kMicrosPerDay = 86'400'000'000;
constexpr i64 kAccountEvery = 60'000'000;  // microseconds; the driver keeps the last 4,000 processes

class Recorder {
 public:
  Recorder(i64 step, i64 keep_days, World& world, Talk& talk, state::CardSamples samples)
      : step_(step),
        keep_days_(keep_days),
        world_(world),
        talk_(talk),
        eye_(world),
        samples_(std::move(samples)) {}

  // Nothing to record where no driver answers: that is told once.
  Status once() {
    const Instant now = world_.clock.now();
    const Result<std::vector<CardLook>> looks = eye_.look();
    if (!looks) {
      if (looks.error().why != trouble_)
        talk_.note("note: nothing is seen of the card: " + looks.error().why);
      trouble_ = looks.error().why;
      return {};
    }
    if (!trouble_.empty()) talk_.note("note: the card is seen again");
    trouble_.clear();
    for (const CardLook& look : *looks) TRY(samples_.record(look, now, step_));
    TRY(account(*looks, now));
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

  Status forget(Instant now) {
    if (now.micros / kMicrosPerDay == forgot_ || keep_days_ == 0) return {};
    forgot_ = now.micros / kMicrosPerDay;
    TRY(samples_.forget({now.micros - keep_days_ * kMicrosPerDay}));
    return {};
  }

  const i64 step_;
  const i64 keep_days_;
  World& world_;
  Talk& talk_;
  gpu::Eye eye_;
  state::CardSamples samples_;
  std::string trouble_;
  i64 accounted_ = 0, forgot_ = 0;
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

Result<ExitCode> record_card(std::chrono::milliseconds step, i64 keep_days, World& world, Talk& talk) {
  const auto hold = world.interrupts.hold();
  TRY_ASSIGN(const auto lock, state::lock(world, "card"));
  TRY(gpu::Eye(world).look());
  TRY_ASSIGN(state::CardSamples samples, state::CardSamples::open(world));
  Recorder recorder(std::chrono::microseconds(step).count(), keep_days, world, talk, std::move(samples));
  talk.note(fmt::format("recording the card every {} ms; Ctrl-C ends it", with_commas(step.count())));
  for (auto due = world.clock.elapsed(); !world.interrupts.came();) {
    TRY(recorder.once());
    due = std::max(due + step, world.clock.elapsed());
    sleep_until(due, world);
  }
  return ExitCode::done;
}

}  // namespace ctxcap::app
