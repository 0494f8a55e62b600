// Does the stated risk hold, and what does it cost? Jobs whose truth is known are simulated, eight weeks
// each. The risk holds when at most 0.1 % of the requests of a coming day need more than the window, the
// worst day where days differ. Prints, as a table in Markdown, the share of runs in which it held (stated: 95
// %) and the mean window relative to the smallest that holds. Exit 1 when a share is lower than chance
// explains, or a ratio above 1.25.
//     simulated_truth [RUNS [FIRST]]    runs FIRST, FIRST + 1 ...: other numbers are other seeds

#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "demand/demand.hpp"
#include "oracle/simulation.hpp"

using namespace ctxcap;
using simulation::Random;
using simulation::Request;

namespace {

constexpr double kRisk = 0.001;
constexpr i64 kDays = 56;  // of history: eight whole weeks, the first day a Thursday

struct Job {
  std::string name;
  i64 per_day;
  Request (*request)(Random& random, Day day);
  Day coming;  // day whose requests the window has to serve at the stated risk
};

Request plain(Random& random, double median, double spread) {
  return {static_cast<Tokens>(random.lognormal(median, spread)),
          1 + static_cast<Tokens>(random.lognormal(80, 0.6))};
}

const std::vector<Job> kJobs{
    {"lognormal", 450, [](Random& random, Day) { return plain(random, 1'500, 0.5); }, 56},
    {"lognormal, 3,360 requests in all", 60, [](Random& random, Day) { return plain(random, 1'500, 0.4); },
     56},
    {"mixture of short and long prompts", 450,
     [](Random& random, Day) {
       return random.share() < 0.7 ? plain(random, 900, 0.4) : plain(random, 2'500, 0.35);
     },
     56},
    {"mixture with a rare third kind (1 %)", 450,
     [](Random& random, Day) {
       return random.share() < 0.99 ? plain(random, 1'200, 0.4) : plain(random, 6'000, 0.2);
     },
     56},
    {"input cut into chunks of 3,000", 450,
     [](Random& random, Day) {
       Request request = plain(random, 2'200, 0.6);
       request.prompt = std::min<Tokens>(request.prompt, 3'000);
       return request;
     },
     56},
    {"longer by half on Mondays", 450,
     [](Random& random, Day day) { return plain(random, day % 7 == 4 ? 2'250 : 1'500, 0.4); }, 60},
    {"growing by 0.5 % a day", 450,
     [](Random& random, Day day) {
       return plain(random, 1'500 * std::pow(1.005, static_cast<double>(day)), 0.4);
     },
     62},
    {"longer by 40 % for the last two weeks", 450,
     [](Random& random, Day day) { return plain(random, day >= 42 ? 2'100 : 1'500, 0.4); }, 56},
};

Tokens need_of(const Request& request) {
  return request.prompt + std::max<Tokens>(request.generation, 1);
}

// The smallest window that the stated risk allows on the day it has to serve: from so many draws that its own
// error does not show in the table.
Tokens smallest_that_holds(const Job& job) {
  constexpr i64 kDraws = 10'000'000;
  Random random(987'654'321);
  std::vector<i64> counts(1 << 20, 0);
  for (i64 i = 0; i < kDraws; ++i) {
    const Tokens need = std::min<Tokens>(need_of(job.request(random, job.coming)), std::ssize(counts) - 1);
    ++counts[static_cast<std::size_t>(need)];
  }
  i64 above = kDraws;
  for (std::size_t need = 0; need < counts.size(); ++need) {
    above -= counts[need];
    if (static_cast<double>(above) <= kRisk * static_cast<double>(kDraws)) return static_cast<Tokens>(need);
  }
  return std::ssize(counts);
}

Tokens window_of(const Job& job, std::uint64_t seed) {
  Random random(seed);
  Demand demand;
  demand.job = "simulated";
  for (Day day = 0; day < kDays; ++day) {
    std::vector<Request> requests;
    for (i64 i = 0; i < job.per_day; ++i) requests.push_back(job.request(random, day));
    demand.days[day] = simulation::day_of(requests);
  }
  return demand::stats_of(demand, {.risk = kRisk}).required.num_ctx;
}

}  // namespace

int main(int argc, char** argv) {
  const int runs = argc > 1 ? std::atoi(argv[1]) : 300;
  const int first = argc > 2 ? std::atoi(argv[2]) : 1;
  bool good = runs > 0;
  fmt::print(
      "| job | runs | risk held in | mean window | smallest that holds | ratio "
      "|\n|---|--:|--:|--:|--:|--:|\n");
  for (const Job& job : kJobs) {
    const Tokens smallest = smallest_that_holds(job);
    const std::uint64_t stream = static_cast<std::uint64_t>(&job - kJobs.data()) * 1'000'003;
    int held = 0;
    double sum = 0;
    for (int run = first; run < first + runs; ++run) {
      const Tokens window = window_of(job, static_cast<std::uint64_t>(run) * 7'919 + stream);
      held += window >= smallest ? 1 : 0;
      sum += static_cast<double>(window);
    }
    const double mean = sum / runs, ratio = mean / static_cast<double>(smallest),
                 share = static_cast<double>(held) / runs;
    fmt::print("| {} | {} | {:.1f} % | {:.0f} | {} | {:.2f} |\n", job.name, runs, 100 * share, mean, smallest,
               ratio);
    const double chance_of_error = std::sqrt(0.95 * 0.05 / runs);
    good = good && share >= 0.95 - 2.5 * chance_of_error && ratio <= 1.25;
    std::fflush(stdout);
  }
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
