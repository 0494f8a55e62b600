#include <doctest/doctest.h>

#include "memory/memory.hpp"
#include "policy/policy.hpp"

using namespace ctxcap;

namespace {

constexpr Bytes kGiB = 1LL << 30;
constexpr Bytes kPerToken = 128 * 1024;

LoadTakes as_predicted(const ScheduledModel&, const LoadAttempt& attempt, const BytesByCard&) {
  LoadTakes takes;
  for (const std::string& card : attempt.cards) takes.accounted[card] = takes.real[card] = attempt.predicted;
  return takes;
}

memory::Server server_of(Bytes card) {
  return {
      .cards = {{.name = "CUDA0", .library = "CUDA", .total = card}}, .settings = {}, .takes = as_predicted};
}

// Everything a model takes is what Ollama predicts of it, so that what fits is plain to see.
policy::Keeps keeps_on(Bytes card) {
  return [card](std::span<const LoadRequest> requests, const policy::ServerKnobs&) {
    Bytes bytes = 0;
    for (const LoadRequest& one : requests)
      bytes += one.model.file_bytes + one.model.bytes_per_token * *one.options.num_ctx;
    return policy::Replayed{memory::kept_together(requests, server_of(card)), bytes};
  };
}

BaseDecision decided(const std::string& name, Tokens window) {
  JobDecision job{.num_ctx = window};
  job.stats.requests = 100;
  for (Tokens rung = 1024; rung <= window; rung *= 2) job.candidates.push_back({.num_ctx = rung});
  return {.model = name, .num_ctx = window, .jobs = {job}};
}

LoadRequest request(const BaseDecision& decision, Bytes file) {
  return {.model = {.name = decision.model,
                    .weights = decision.model,
                    .file_bytes = file,
                    .bytes_per_token = kPerToken,
                    .blocks = 32},
          .options = {.num_ctx = decision.num_ctx}};
}

// Evictions after the first `quiet` rounds of using them in turn.
int evictions(const std::vector<LoadRequest>& requests, Bytes card, bool backwards, int quiet) {
  const memory::Server server = server_of(card);
  memory::Scheduler scheduler(server.cards, server.settings, server.takes);
  int count = 0;
  for (int round = 0; round < 6; ++round) {
    for (std::size_t i = 0; i < requests.size(); ++i) {
      const SchedulerStep step = scheduler.load(requests[backwards ? requests.size() - 1 - i : i]);
      if (round >= quiet) count += static_cast<int>(step.evicted.size());
    }
  }
  return count;
}

}  // namespace

TEST_CASE("what is advised against evictions of two models stops them, in both orders") {
  unsigned long long state = 11;
  const auto below = [&](i64 limit) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<i64>((state >> 33) % static_cast<unsigned long long>(limit));
  };
  int advised = 0, cured = 0;
  while (advised < 60) {
    const Bytes card = (6 + below(26)) * kGiB;
    const BaseDecision a = decided("a", 1024 << below(6)), b = decided("b", 1024 << below(6));
    const std::vector<policy::Member> members = {{request(a, (1 + below(12)) * kGiB / 2 * 3 / 2), &a},
                                                 {request(b, (1 + below(12)) * kGiB / 2 * 3 / 2), &b}};
    const TogetherReport report = policy::check_together(members, {.card = card}, {}, keeps_on(card));
    const std::vector<LoadRequest> now = {members[0].request, members[1].request};
    const Keeping keeping = report.kept.keeping;
    for (const bool backwards : {false, true}) {
      CHECK((evictions(now, card, backwards, 0) == 0 || keeping != Keeping::at_once));
      CHECK((evictions(now, card, backwards, 3) == 0) == (keeping < Keeping::never));
    }
    if (keeping == Keeping::at_once) {
      CHECK(report.cures.empty());
      continue;
    }
    ++advised;
    for (const Cure& cure : report.cures) {
      CAPTURE(cure.what);
      CHECK(cure.keeping < Keeping::never);
      if (cure.requests.empty()) continue;
      ++cured;
      const int quiet = cure.keeping == Keeping::at_once ? 0 : 3;
      for (const bool backwards : {false, true}) CHECK(evictions(cure.requests, card, backwards, quiet) == 0);
    }
  }
  CHECK(cured >= 25);
}

TEST_CASE("what fits and is evicted for ever is said so, with what cures it") {
  // 4 + 1 GiB twice on 11: the second is reckoned at 5 with 4.8 to give.
  const BaseDecision a = decided("a", 8192), b = decided("b", 8192);
  const TogetherReport report = policy::check_together(
      {{request(a, 4 * kGiB), &a}, {request(b, 4 * kGiB), &b}}, {.card = 11 * kGiB}, {}, keeps_on(11 * kGiB));
  CHECK(report.fits == true);
  CHECK(report.kept.keeping == Keeping::never);
  REQUIRE(report.cures.size() >= 3);
  CHECK(report.cures.front().keeping == Keeping::at_once);
  const std::vector<Warning> warnings = policy::together_warnings(report);
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].code == "evicts");
  CHECK(warnings[0].text == "Ollama evicts at every switch between a and b, though they would fit");
}

TEST_CASE("a batch that was written is let go where that is enough") {
  const BaseDecision a = decided("a", 1024), b = decided("b", 1024);
  std::vector<policy::Member> members = {{request(a, 4 * kGiB), &a}, {request(b, 4 * kGiB), &b}};
  for (policy::Member& member : members) member.request.options.num_batch = 2048;
  const TogetherReport report = policy::check_together(members, {.card = 11 * kGiB}, {}, keeps_on(11 * kGiB));
  CHECK(report.kept.keeping == Keeping::never);
  const bool said = std::any_of(report.cures.begin(), report.cures.end(), [](const Cure& cure) {
    return cure.what == "no num_batch in the Modelfiles" && cure.keeping == Keeping::at_once;
  });
  CHECK(said);
}
