// How often a window that cuts is found, and how often one is seen that is not there. The truth is simulated;
// the figures asserted are those the README states.
#include <doctest/doctest.h>

#include <array>
#include <string>

#include "demand/censoring.hpp"
#include "simulation.hpp"

using namespace ctxcap;
using simulation::Random;
using simulation::Request;

namespace {

enum class Rule { half_keep_4, half_keep_5, full, full_less_one, dropped_history, cut_answer };
constexpr std::array kRules{Rule::half_keep_4,   Rule::half_keep_5,     Rule::full,
                            Rule::full_less_one, Rule::dropped_history, Rule::cut_answer};

// What a server with this window reports. True when it cut.
bool cut(Request& request, Rule rule, Tokens window, double message, Random& random) {
  if (rule == Rule::cut_answer) {
    if (request.prompt + request.generation < window) return false;
    request.generation = window - request.prompt;
    return true;
  }
  if (request.prompt < window) return false;
  switch (rule) {
    case Rule::half_keep_4:
      request.prompt = half_cut(window, 4);
      break;
    case Rule::half_keep_5:
      request.prompt = half_cut(window, 5);
      break;
    case Rule::full:
      request.prompt = window;
      break;
    case Rule::full_less_one:
      request.prompt = window - 1;
      break;
    default:
      while (request.prompt > window - 1)
        request.prompt -= 1 + static_cast<Tokens>(random.lognormal(message, 0.3));
  }
  return true;
}

struct Outcome {
  i64 cut = 0;
  bool found = false, named = false;
};

Outcome run(Rule rule, std::uint64_t seed) {
  Random random(seed);
  const i64 n = random.one_of<i64>({300, 1'000, 3'000, 4'000, 10'000});
  std::vector<double> lengths =
      seed % 3 == 0 ? simulation::mixture_lengths(random, n) : simulation::lognormal_lengths(random, n);
  // 0.2 % to 60 % of the requests are too long; every other run has few of them
  const i64 most = n * 6 / 10, fewest = std::max<i64>(8, n / 500);
  i64 too_long = std::clamp<i64>(
      static_cast<i64>(std::exp(random.between(std::log(0.002), std::log(0.6))) * static_cast<double>(n)),
      fewest, most);
  if (seed % 2 == 0) too_long = std::clamp<i64>(random.whole(8, 20), fewest, most);
  std::vector<double> sorted = lengths;
  std::sort(sorted.begin(), sorted.end());
  const Tokens window = Tokens{1024} << random.whole(1, 7);
  const double scale = static_cast<double>(window) / sorted[static_cast<std::size_t>(n - too_long)];
  const double message =
      std::min(random.share() < 0.5 ? 300.0 : std::exp(random.between(std::log(50), std::log(600))),
               static_cast<double>(window) / 6);
  Outcome outcome;
  std::vector<Request> requests;
  for (const double length : lengths) {
    Request request{.prompt = static_cast<Tokens>(std::ceil(length * scale)),
                    .generation = 1 + static_cast<Tokens>(random.lognormal(60, 0.8))};
    if (rule == Rule::cut_answer && request.prompt >= window) continue;
    outcome.cut += cut(request, rule, window, message, random) ? 1 : 0;
    requests.push_back(request);
  }
  const Censoring found = demand::detect_censoring(simulation::demand_of(requests), {}).censoring;
  outcome.found = found.verdict == CensoringVerdict::censored;
  outcome.named = outcome.found && found.num_ctx == window;
  return outcome;
}

}  // namespace

TEST_CASE("each way of cutting is found in 99 % of runs with 12 cut rows, in 95 % with 8") {
  i64 many = 0, many_found = 0, some = 0, some_found = 0, named = 0, found = 0;
  for (const Rule rule : kRules) {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
      const Outcome outcome = run(rule, seed * 31 + static_cast<std::uint64_t>(rule));
      if (outcome.cut < 8) continue;
      (outcome.cut >= 12 ? many : some) += 1;
      (outcome.cut >= 12 ? many_found : some_found) += outcome.found ? 1 : 0;
      found += outcome.found ? 1 : 0;
      named += outcome.named ? 1 : 0;
    }
  }
  MESSAGE("12 and more cut rows: " << many_found << " of " << many << " found; 8 to 11: " << some_found
                                   << " of " << some << "; window named right in " << named << " of "
                                   << found);
  REQUIRE(many > 600);
  REQUIRE(some > 100);
  CHECK(static_cast<double>(many_found) >= 0.99 * static_cast<double>(many));
  CHECK(static_cast<double>(some_found) >= 0.95 * static_cast<double>(some));
  CHECK(static_cast<double>(named) >= 0.99 * static_cast<double>(found));
}

TEST_CASE("counts that nothing cut raise an alarm in at most one run of a thousand") {
  i64 alarms = 0, runs = 0, limits = 0, limits_seen = 0;
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    for (const int kind : {0, 1, 2, 3}) {
      Random random(seed * 977 + static_cast<std::uint64_t>(kind));
      const i64 n = random.one_of<i64>({300, 1'000, 3'000, 4'000, 10'000});
      std::vector<double> lengths =
          kind == 0 ? simulation::lognormal_lengths(random, n) : simulation::mixture_lengths(random, n);
      const double scale = std::exp(random.between(-1, 2.5));
      double limit = 1e18;
      i64 at_limit = 0;
      if (kind == 2) {  // a client that cuts its input into chunks
        std::vector<double> sorted = lengths;
        std::sort(sorted.begin(), sorted.end());
        limit = std::floor(
            scale * sorted[static_cast<std::size_t>(static_cast<double>(n) * random.between(0.3, 0.97))]);
      }
      std::vector<Request> requests;
      for (std::size_t i = 0; i < lengths.size(); ++i) {
        // a weekly peak: every seventh part of the rows is half as long again
        const double peak = kind == 3 && i * 49 / lengths.size() % 7 == 0 ? 1.5 : 1;
        const double length = std::min(lengths[i] * scale * peak, limit);
        at_limit += length >= limit ? 1 : 0;
        requests.push_back({static_cast<Tokens>(length), 1 + static_cast<Tokens>(random.lognormal(60, 0.8))});
      }
      const Censoring found = demand::detect_censoring(simulation::demand_of(requests), {}).censoring;
      CAPTURE(seed);
      CAPTURE(kind);
      ++runs;
      alarms += found.verdict == CensoringVerdict::censored ? 1 : 0;
      if (kind == 2 && at_limit >= 12) {
        ++limits;
        limits_seen +=
            found.verdict == CensoringVerdict::client_limit && found.num_ctx == static_cast<Tokens>(limit)
                ? 1
                : 0;
      }
    }
  }
  MESSAGE(alarms << " false alarms in " << runs << " runs; " << limits_seen << " of " << limits
                 << " client limits called by name");
  CHECK(static_cast<double>(alarms) <= 0.001 * static_cast<double>(runs));
  CHECK(static_cast<double>(limits_seen) >= 0.95 * static_cast<double>(limits));
}
