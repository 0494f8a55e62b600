#include "data/demand.hpp"

namespace ctxcap {

void DayDemand::merge(const DayDemand& other) {
  prompt.merge(other.prompt);
  generation.merge(other.generation);
  total.merge(other.total);
  need.merge(other.need);
}

DayDemand Demand::pooled() const {
  // Bins are collected first and sorted once: merging day by day would be quadratic over a year.
  std::vector<Bin> prompt, generation, total, need;
  const auto collect = [](std::vector<Bin>& all, const Histogram& day) {
    all.insert(all.end(), day.bins.begin(), day.bins.end());
  };
  for (const auto& [day, demand] : days) {
    collect(prompt, demand.prompt);
    collect(generation, demand.generation);
    collect(total, demand.total);
    collect(need, demand.need);
  }
  return {make_histogram(std::move(prompt)), make_histogram(std::move(generation)),
          make_histogram(std::move(total)), make_histogram(std::move(need))};
}

}  // namespace ctxcap
