#include "policy/hysteresis.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/units.hpp"

namespace ctxcap::policy {
namespace {

constexpr i64 kDaysPerWeek = 7;

std::optional<Bytes> bytes_at(const Tonight& tonight, Tokens num_ctx) {
  const auto found = tonight.bytes.find(num_ctx);
  if (found == tonight.bytes.end()) return std::nullopt;
  return found->second;
}

// nullopt: not known.
std::optional<bool> fits(const Tonight& tonight, Tokens num_ctx) {
  const std::optional<Bytes> bytes = bytes_at(tonight, num_ctx);
  if (!bytes || !tonight.room) return std::nullopt;
  return *bytes <= *tonight.room;
}

// The newest `count` nights, tonight first, in descending order. Fewer where there are not so many.
std::vector<NightAdvice> newest(const Tonight& tonight, i64 count) {
  std::map<Day, NightAdvice, std::greater<>> by_night;
  for (const NightAdvice& advice : tonight.earlier) {
    if (advice.night < tonight.night) by_night[advice.night] = advice;
  }
  by_night[tonight.night] = {tonight.night, tonight.advised};
  std::vector<NightAdvice> nights;
  for (const auto& [night, advice] : by_night) {
    if (static_cast<i64>(nights.size()) == count) break;
    nights.push_back(advice);
  }
  return nights;
}

// How many of them, from tonight backwards, advise less than what runs.
i64 agreeing(const std::vector<NightAdvice>& nights, Tokens running) {
  const auto differs = std::find_if(nights.begin(), nights.end(), [&](const NightAdvice& advice) {
    return !advice.num_ctx || *advice.num_ctx >= running;
  });
  return differs - nights.begin();
}

Verdict hold(const Tonight& tonight, std::string why) {
  return {Move::hold, tonight.running,
          fmt::format("{} would do; {}", with_commas(*tonight.advised), std::move(why))};
}

// A change that is due: now, after the quiet hours, or never on this card.
Verdict change(const Tonight& tonight, const HysteresisOptions& options, Move move, Tokens num_ctx,
               std::string why) {
  const bool relieves = move == Move::shrink || (move == Move::create && tonight.relieves);
  if (relieves && move == Move::create && fits(tonight, num_ctx) == false)
    why += ", which takes no more memory; the card is too small either way";
  if (!relieves && fits(tonight, num_ctx) == false) {
    return {Move::blocked, tonight.running,
            fmt::format("{}, but {} would take {} and the card has {} left", why, with_commas(num_ctx),
                        human_bytes(*bytes_at(tonight, num_ctx)),
                        human_bytes(std::max<Bytes>(*tonight.room, 0)))};
  }
  if (options.quiet_hours && is_quiet(*options.quiet_hours, tonight.local_minute)) {
    return {Move::wait, num_ctx,
            fmt::format("{}; waits for the quiet hours to end at {}", why, end_of(*options.quiet_hours))};
  }
  return {move, num_ctx, std::move(why)};
}

// Why there are too few days for anything but to grow; empty: there are enough.
std::string too_few_days(const Tonight& tonight, const HysteresisOptions& options) {
  if (!tonight.days || *tonight.days >= options.min_days) return "";
  if (*tonight.days == 0) return "the requests carry no times, so days cannot be counted";
  return fmt::format("only {} of requests so far; {} are needed", counted(*tonight.days, "day"),
                     counted(options.min_days, "day"));
}

Verdict weigh_shrink(const Tonight& tonight, const HysteresisOptions& options) {
  const Tokens running = *tonight.running;
  if (tonight.sources_missing) return hold(tonight, "a source did not answer, so nothing shrinks tonight");
  if (!tonight.clean_since && !tonight.cut)
    return hold(tonight, "the requests carry no times, so weeks cannot be counted");
  if (!tonight.clean_since) return hold(tonight, "requests were cut, and their need is unknown");
  if (std::string few = too_few_days(tonight, options); !few.empty()) return hold(tonight, std::move(few));
  const i64 weeks = std::max<i64>(0, tonight.night - *tonight.clean_since) / kDaysPerWeek;
  if (weeks < options.shrink_after_weeks) {
    return hold(tonight, fmt::format("{} of {} without a cut request so far", weeks,
                                     counted(options.shrink_after_weeks, "whole week")));
  }
  const auto nights = newest(tonight, std::max<i64>(1, options.shrink_after_nights));
  const i64 agree = agreeing(nights, running);
  if (agree < options.shrink_after_nights) {
    return hold(tonight,
                fmt::format("{} of {} agree so far", agree, counted(options.shrink_after_nights, "night")));
  }
  Tokens target = 0;
  for (const NightAdvice& advice : nights) target = std::max(target, *advice.num_ctx);

  const std::optional<Bytes> now = bytes_at(tonight, running), then = bytes_at(tonight, target);
  if (!now || !then) return hold(tonight, "how much it would save is unknown");
  const Bytes saving = *now - *then;
  const bool makes_room = fits(tonight, running) == false && fits(tonight, target) == true;
  const auto share =
      static_cast<Bytes>(options.min_saving_share * static_cast<double>(tonight.card.value_or(0)));
  const Bytes enough = std::max(options.min_saving, share);
  if (saving < enough && !makes_room) {
    return hold(tonight, fmt::format("it would save {}; below {} a reload is not worth it",
                                     human_bytes(std::max<Bytes>(saving, 0)), human_bytes(enough)));
  }
  return change(tonight, options, Move::shrink, target,
                fmt::format("{} agree{}, {} without a cut request, saves {}{}",
                            counted(options.shrink_after_nights, "night"),
                            options.shrink_after_nights == 1 ? "s" : "", counted(weeks, "whole week"),
                            human_bytes(saving), makes_room ? " and lets the others fit the card" : ""));
}

}  // namespace

Verdict weigh(const Tonight& tonight, const HysteresisOptions& options) {
  if (!tonight.advised) return {Move::withheld, tonight.running, "no window can be advised from this data"};
  const Tokens advised = *tonight.advised;
  // Shrinks count their nights anew after a rollback anyway; requests that are cut cannot wait.
  const bool cut = tonight.running && tonight.cut && advised > *tonight.running;
  if (tonight.rest > 0 && !cut && (!tonight.running || advised > *tonight.running)) {
    return hold(tonight, fmt::format("rolled back by hand, so left alone for {}",
                                     counted(tonight.rest, "more night")));
  }
  if (!tonight.running) {
    if (std::string few = too_few_days(tonight, options); !few.empty())
      return {Move::withheld, std::nullopt, "no first variant yet: " + few};
    return change(tonight, options, Move::create, advised,
                  tonight.little_data ? "the first variant, on little data" : "the first variant");
  }
  const Tokens running = *tonight.running;
  if (advised > running) {
    return change(tonight, options, Move::grow, advised,
                  tonight.clean_since || !tonight.cut ? "requests need more than the window in use"
                                                      : "requests were cut, so their need is unknown");
  }
  if (advised == running) return {Move::keep, running, "the window in use is right"};
  return weigh_shrink(tonight, options);
}

}  // namespace ctxcap::policy
