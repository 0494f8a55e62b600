// Does the stated risk hold, and what does it cost? Jobs whose truth is known are simulated; for each, the
// share of runs in which the window held (at most 0.1 % of the coming week's requests need more, on its worst
// day), and the mean window relative to the smallest that holds. Prints a table in Markdown; exit 1 where the
// window held in less than 95 % of runs, or was more than 25 % too large.   simulated_truth [runs]

#include <fmt/format.h>

#include <cmath>
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
constexpr i64 kDays = 42;  // of history: six whole weeks, the first day a Thursday

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
    {"lognormal", 480, [](Random& random, Day) { return plain(random, 1'500, 0.5); }, 42},
    {"lognormal, 3,000 requests in all", 72, [](Random& random, Day) { return plain(random, 1'500, 0.4); },
     42},
    {"mixture of short and long prompts", 480,
     [](Random& random, Day) {
       return random.share() < 0.7 ? plain(random, 900, 0.4) : plain(random, 2'500, 0.35);
     },
     42},
    {"mixture with a rare third kind (1 %)", 480,
     [](Random& random, Day) {
       return random.share() < 0.99 ? plain(random, 1'200, 0.4) : plain(random, 6'000, 0.2);
     },
     42},
    {"input cut into chunks of 3,000", 480,
     [](Random& random, Day) {
       Request request = plain(random, 2'200, 0.6);
       request.prompt = std::min<Tokens>(request.prompt, 3'000);
       return request;
     },
     42},
    {"longer by half on Mondays", 480,
     [](Random& random, Day day) { return plain(random, day % 7 == 4 ? 2'250 : 1'500, 0.4); }, 46},
    {"growing by 0.5 % a day", 480,
     [](Random& random, Day day) {
       return plain(random, 1'500 * std::pow(1.005, static_cast<double>(day)), 0.4);
     },
     48},
    {"longer by 40 % for the last ten days", 480,
     [](Random& random, Day day) { return plain(random, day >= 32 ? 2'100 : 1'500, 0.4); }, 42},
};

Tokens need_of(const Request& request) {
  return request.prompt + std::max<Tokens>(request.generation, 1);
}

// Needs of the day that the window has to serve, ascending: the truth, drawn large.
std::vector<Tokens> truth_of(const Job& job) {
  Random random(987'654'321);
  std::vector<Tokens> needs;
  for (int i = 0; i < 2'000'000; ++i) needs.push_back(need_of(job.request(random, job.coming)));
  std::sort(needs.begin(), needs.end());
  return needs;
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
  const int runs = argc > 1 ? std::atoi(argv[1]) : 400;
  bool good = runs > 0;
  fmt::print(
      "| job | runs | risk held in | mean window | smallest that holds | ratio "
      "|\n|---|--:|--:|--:|--:|--:|\n");
  for (const Job& job : kJobs) {
    const std::vector<Tokens> truth = truth_of(job);
    const Tokens smallest =
        truth[static_cast<std::size_t>(std::ceil((1 - kRisk) * static_cast<double>(truth.size()))) - 1];
    int held = 0;
    double sum = 0;
    for (int run = 1; run <= runs; ++run) {
      const Tokens window = window_of(job, static_cast<std::uint64_t>(run) * 7'919);
      held += window >= smallest ? 1 : 0;
      sum += static_cast<double>(window);
    }
    const double mean = sum / runs, ratio = mean / static_cast<double>(smallest),
                 share = static_cast<double>(held) / runs;
    fmt::print("| {} | {} | {:.1f} % | {:.0f} | {} | {:.2f} |\n", job.name, runs, 100 * share, mean, smallest,
               ratio);
    good = good && share >= 0.95 && ratio <= 1.25;
  }
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
