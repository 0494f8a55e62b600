#pragma once
// Jobs whose truth is known, for judging tests and rules. Same seed, same rows, on every machine: only
// integer draws come from the library.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "data/demand.hpp"

namespace ctxcap::simulation {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  // In (0, 1).
  double share() { return (static_cast<double>(engine_() >> 11) + 0.5) / 9007199254740992.0; }
  double between(double low, double high) { return low + (high - low) * share(); }
  i64 whole(i64 low, i64 high) {
    return low + static_cast<i64>(share() * static_cast<double>(high - low + 1));
  }
  double normal() { return std::sqrt(-2 * std::log(share())) * std::cos(6.283185307179586 * share()); }
  double lognormal(double median, double spread) { return median * std::exp(spread * normal()); }
  template <typename T>
  T one_of(std::initializer_list<T> choices) {
    return choices.begin()[whole(0, static_cast<i64>(choices.size()) - 1)];
  }

 private:
  std::mt19937_64 engine_;
};

struct Request {
  Tokens prompt = 0, generation = 0;
};

inline DayDemand day_of(const std::vector<Request>& requests) {
  std::vector<Bin> prompt, generation, total, need;
  for (const Request& request : requests) {
    prompt.push_back({request.prompt, 1});
    generation.push_back({request.generation, 1});
    total.push_back({request.prompt + request.generation, 1});
    need.push_back({request.prompt + std::max<Tokens>(request.generation, 1), 1});
  }
  return {make_histogram(prompt), make_histogram(generation), make_histogram(total), make_histogram(need)};
}

// In the order given, `per_day` requests a day.
inline Demand demand_of(const std::vector<Request>& requests, i64 per_day = 1'000'000'000) {
  std::map<Day, std::vector<Request>> days;
  for (std::size_t i = 0; i < requests.size(); ++i)
    days[static_cast<i64>(i) / per_day].push_back(requests[i]);
  Demand demand;
  demand.job = "job";
  for (const auto& [day, rows] : days) demand.days[day] = day_of(rows);
  return demand;
}

// Relative prompt lengths; scaled to tokens by the caller.
inline std::vector<double> lognormal_lengths(Random& random, i64 n) {
  const double spread = random.between(0.25, 0.9);
  std::vector<double> lengths(static_cast<std::size_t>(n));
  for (double& length : lengths) length = random.lognormal(1000, spread);
  return lengths;
}

inline std::vector<double> mixture_lengths(Random& random, i64 n) {
  struct Part {
    double median, spread, weight;
  };
  std::vector<Part> parts(static_cast<std::size_t>(random.whole(2, 3)));
  double all = 0;
  for (Part& part : parts) {
    part = {std::exp(random.between(std::log(300), std::log(8000))), random.between(0.1, 0.8),
            random.between(0.02, 1)};
    all += part.weight;
  }
  std::vector<double> lengths(static_cast<std::size_t>(n));
  for (double& length : lengths) {
    double left = random.share() * all;
    std::size_t i = 0;
    while (i + 1 < parts.size() && left > parts[i].weight) left -= parts[i++].weight;
    length = random.lognormal(parts[i].median, parts[i].spread);
  }
  return lengths;
}

}  // namespace ctxcap::simulation
