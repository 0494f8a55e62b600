#pragma once
// Enumerators as the words that machine output and templates use. Do not change these: scripts match on them.

#include <string_view>

#include "data/decision.hpp"
#include "data/history.hpp"
#include "data/plan.hpp"
#include "data/verdict.hpp"

namespace ctxcap {

constexpr std::string_view word(Basis basis) {
  switch (basis) {
    case Basis::tolerance_bound:
      return "tolerance-bound";
    case Basis::little_data:
      return "little-data";
    case Basis::explicit_window:
      return "explicit";
  }
  return "";
}
constexpr std::string_view word(Tenant::Basis basis) {
  switch (basis) {
    case Tenant::Basis::declared:
      return "declared";
    case Tenant::Basis::catalogue:
      return "catalogue";
    case Tenant::Basis::measured:
      return "measured";
    case Tenant::Basis::now:
      return "now";
  }
  return "";
}
constexpr std::string_view word(Raise raise) {
  switch (raise) {
    case Raise::none:
      return "none";
    case Raise::trend:
      return "trend";
    case Raise::recent:
      return "recent";
    case Raise::weekday:
      return "weekday";
  }
  return "";
}
constexpr std::string_view word(FlashAttention flash_attention) {
  switch (flash_attention) {
    case FlashAttention::automatic:
      return "auto";
    case FlashAttention::on:
      return "on";
    case FlashAttention::off:
      return "off";
  }
  return "";
}
// 0 = Monday
constexpr std::string_view weekday_word(int weekday) {
  constexpr std::string_view kNames[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                         "Friday", "Saturday", "Sunday"};
  return weekday >= 0 && weekday < 7 ? kNames[weekday] : "";
}
constexpr std::string_view word(VerdictKind kind) {
  switch (kind) {
    case VerdictKind::holds:
      return "holds";
    case VerdictKind::advice:
      return "advice";
    case VerdictKind::withheld:
      return "withheld";
    case VerdictKind::over_budget:
      return "over-budget";
  }
  return "";
}
constexpr std::string_view word(CensoringVerdict verdict) {
  switch (verdict) {
    case CensoringVerdict::none:
      return "none";
    case CensoringVerdict::client_limit:
      return "client-limit";
    case CensoringVerdict::censored:
      return "censored";
  }
  return "";
}
constexpr std::string_view word(Action action) {
  switch (action) {
    case Action::shrink:
      return "shrink";
    case Action::keep:
      return "keep";
    case Action::grow:
      return "grow";
    case Action::withhold:
      return "withhold";
  }
  return "";
}
constexpr std::string_view word(Move move) {
  switch (move) {
    case Move::create:
      return "create";
    case Move::grow:
      return "grow";
    case Move::shrink:
      return "shrink";
    case Move::keep:
      return "keep";
    case Move::hold:
      return "hold";
    case Move::wait:
      return "wait";
    case Move::blocked:
      return "blocked";
    case Move::withheld:
      return "withhold";
  }
  return "";
}
constexpr std::string_view word(CurrentFrom from) {
  switch (from) {
    case CurrentFrom::request:
      return "request";
    case CurrentFrom::model:
      return "model";
    case CurrentFrom::environment:
      return "environment";
    case CurrentFrom::server_default:
      return "default";
  }
  return "";
}
constexpr std::string_view word(LayerKind kind) {
  switch (kind) {
    case LayerKind::full:
      return "full";
    case LayerKind::window:
      return "window";
    case LayerKind::latent:
      return "latent";
    case LayerKind::recurrent:
      return "recurrent";
    case LayerKind::none:
      return "none";
  }
  return "";
}
constexpr std::string_view word(Placement placement) {
  switch (placement) {
    case Placement::gpu:
      return "gpu";
    case Placement::partial:
      return "partial";
    case Placement::cpu:
      return "cpu";
    case Placement::unknown:
      return "unknown";
  }
  return "";
}

constexpr std::string_view word(Outcome outcome) {
  switch (outcome) {
    case Outcome::unchanged:
      return "unchanged";
    case Outcome::advised:
      return "advised";
    case Outcome::waiting:
      return "waiting";
    case Outcome::rendered:
      return "rendered";
    case Outcome::applied:
      return "applied";
    case Outcome::undone:
      return "undone";
    case Outcome::failed:
      return "failed";
    case Outcome::rolled_back:
      return "rolled-back";
  }
  return "";
}

// The enumerator of a word that was written by word(); the last of `all` when none is.
template <typename Enum, std::size_t N>
constexpr Enum enumerator(std::string_view text, const Enum (&all)[N]) {
  for (const Enum value : all) {
    if (word(value) == text) return value;
  }
  return all[N - 1];
}

}  // namespace ctxcap
