#include "memory/scheduler/scheduler.hpp"

#include <algorithm>
#include <utility>

#include "memory/scheduler/reload.hpp"

namespace ctxcap::memory {
namespace {

constexpr Bytes kSchedulerGiB = 1LL << 30;
constexpr i64 kPerCard = 3;

// The window is stepped down once where it was automatic and memory did not do.
std::optional<Tokens> next_tier_down(Tokens window) {
  if (window > 32'768) return 32'768;
  return window > 4'096 ? std::optional<Tokens>(4'096) : std::nullopt;
}

}  // namespace

Scheduler::Scheduler(std::vector<SchedulerCard> cards, SchedulerSettings settings, Takes takes,
                     AskedFirst asked_first)
    : cards_(std::move(cards)),
      settings_(std::move(settings)),
      takes_(std::move(takes)),
      asked_first_(asked_first) {
  if (settings_.max_loaded <= 0)
    settings_.max_loaded = kPerCard * std::max<i64>(1, static_cast<i64>(cards_.size()));
}

Tokens Scheduler::automatic_window() const {
  if (settings_.context_length) return *settings_.context_length;
  Bytes memory = 0;
  for (const SchedulerCard& card : cards_) memory += card.total - settings_.overhead;
  return memory >= 47 * kSchedulerGiB ? 262'144 : memory >= 23 * kSchedulerGiB ? 32'768 : 4'096;
}

Resident* Scheduler::loaded(const std::string& weights) {
  const auto found = std::find_if(residents_.begin(), residents_.end(),
                                  [&](const Resident& runner) { return runner.model.weights == weights; });
  return found == residents_.end() ? nullptr : &*found;
}

void Scheduler::serve(Resident& runner, const LoadRequest& request) {
  if (request.keep_alive_ms) runner.keep_alive_ms = *request.keep_alive_ms;
  runner.idle_ms = 0;
  if (request.hold) ++runner.requests;
}

// A runner whose keep_alive is over goes when it is idle; where the queue waits for it, it goes on.
void Scheduler::expire_idle(EvictionReason reason) {
  std::erase_if(residents_, [&](const Resident& runner) {
    if (runner.requests > 0 || runner.keep_alive_ms == kForever) return false;
    if (runner.idle_ms < runner.keep_alive_ms) return false;
    const bool awaited = runner.model.weights == leaving_;
    now_.evicted.push_back({runner.model.name, awaited ? leaving_reason_ : reason});
    if (awaited) leaving_.clear();
    return true;
  });
}

Scheduler::Went Scheduler::evict(std::size_t index, EvictionReason reason) {
  Resident& victim = residents_[index];
  victim.keep_alive_ms = 0;
  leaving_ = victim.model.weights;
  leaving_reason_ = reason;
  expire_idle(reason);
  return leaving_.empty() ? Went::on : Went::waits;
}

Scheduler::Went Scheduler::retry(Waiting& head) {
  const std::optional<Tokens> lower =
      head.request.options.num_ctx ? std::nullopt : next_tier_down(head.asked_ctx);
  if (head.retried || (!lower && residents_.empty()))
    return now_.status = SchedulerStep::Status::error, Went::done;
  head.retried = true;
  head.asked_ctx = lower.value_or(head.asked_ctx);
  for (const Resident& runner : residents_)
    now_.evicted.push_back({runner.model.name, EvictionReason::out_of_memory});
  residents_.clear();
  return Went::on;
}

Scheduler::Went Scheduler::start(Waiting& head, const LoadAttempt& attempt) {
  BytesByCard free;
  for (const SchedulerCard& card : cards_) free[card.name] = driver_free(card, residents_);
  LoadTakes takes = takes_(head.request.model, attempt, free);
  if (takes.result == LoadTakes::Result::out_of_memory) return retry(head);
  now_.status =
      takes.result == LoadTakes::Result::ok ? SchedulerStep::Status::loaded : SchedulerStep::Status::error;
  if (takes.result != LoadTakes::Result::ok) return Went::done;
  const LoadRequest& request = head.request;
  Resident runner{.model = request.model,
                  .options = request.options,
                  .automatic_ctx = !request.options.num_ctx,
                  .automatic_batch = !request.options.num_batch,
                  .cards = attempt.cards,
                  .accounted = std::move(takes.accounted),
                  .real = std::move(takes.real),
                  .free_at_load = std::move(free),
                  .keep_alive_ms = settings_.keep_alive_ms};
  runner.options.num_ctx = attempt.total_ctx / attempt.parallel;
  runner.options.num_batch = attempt.num_batch;
  serve(runner, request);
  residents_.push_back(std::move(runner));
  expire_idle(EvictionReason::keep_alive);
  return Went::done;
}

// The head of the queue, one step further.
Scheduler::Went Scheduler::step(Waiting& head) {
  const LoadRequest& request = head.request;
  if (Resident* runner = loaded(request.model.weights)) {
    if (needs_reload(*runner, request, window_of(request.model, head.asked_ctx)))
      return evict(static_cast<std::size_t>(runner - residents_.data()), EvictionReason::options_changed);
    serve(*runner, request);
    return Went::done;
  }
  if (static_cast<i64>(residents_.size()) >= settings_.max_loaded)
    return evict(next_victim(residents_), EvictionReason::count);
  const LoadAttempt attempt =
      reckon(request.model, request.options, head.asked_ctx, cards_, settings_, residents_, asked_first_);
  now_.attempts.push_back(attempt);
  if (!attempt.fits) return evict(next_victim(residents_), EvictionReason::memory);
  return start(head, attempt);
}

SchedulerStep Scheduler::pump() {
  while (!queue_.empty() && leaving_.empty()) {
    const Went went = step(queue_.front());
    if (went == Went::waits) break;
    if (went == Went::done) queue_.pop_front();
  }
  return std::exchange(now_, {});
}

SchedulerStep Scheduler::load(const LoadRequest& request) {
  const Tokens asked = request.options.num_ctx.value_or(automatic_window());
  Resident* runner = loaded(request.model.weights);
  // What is loaded as asked is served at once, whoever waits.
  if (runner != nullptr && !needs_reload(*runner, request, window_of(request.model, asked))) {
    serve(*runner, request);
    expire_idle(EvictionReason::keep_alive);
    SchedulerStep step = pump();
    step.status = SchedulerStep::Status::reused;
    return step;
  }
  queue_.push_back({.request = request, .asked_ctx = asked});
  SchedulerStep step = pump();
  if (!queue_.empty()) step.status = SchedulerStep::Status::waiting;
  return step;
}

SchedulerStep Scheduler::finish(const std::string& weights) {
  if (Resident* runner = loaded(weights)) {
    runner->requests = std::max<i64>(0, runner->requests - 1);
    runner->idle_ms = 0;
  }
  expire_idle(EvictionReason::keep_alive);
  return pump();
}

SchedulerStep Scheduler::pass(i64 milliseconds) {
  for (Resident& runner : residents_) runner.idle_ms += runner.requests > 0 ? 0 : milliseconds;
  expire_idle(EvictionReason::keep_alive);
  return pump();
}

void Scheduler::others_take(const std::string& card, Bytes bytes) {
  for (SchedulerCard& one : cards_) {
    if (one.name == card) one.others = bytes;
  }
}

}  // namespace ctxcap::memory
