#include <algorithm>

#include "demand/demand.hpp"

namespace ctxcap::demand {
namespace {

std::optional<Tokens> window_of(const std::string& job, std::span<const BaseAnalysis> parts) {
  for (const BaseAnalysis& part : parts) {
    for (const JobDecision& decision : part.decision.jobs) {
      if (decision.stats.job == job) return decision.num_ctx;
    }
  }
  return std::nullopt;
}

}  // namespace

ReloadCount count_reloads(std::vector<Arrival> arrivals) {
  std::sort(arrivals.begin(), arrivals.end(), [](const Arrival& a, const Arrival& b) {
    return a.at != b.at ? a.at < b.at : a.num_ctx < b.num_ctx;
  });
  ReloadCount count;
  for (std::size_t i = 0; i < arrivals.size(); ++i) {
    const Day day = day_of(arrivals[i].at);
    if (count.by_day.empty() || count.by_day.back().first != day) count.by_day.emplace_back(day, 0);
    if (i == 0 || arrivals[i].num_ctx == arrivals[i - 1].num_ctx) continue;
    ++count.reloads;
    ++count.by_day.back().second;
  }
  if (!count.by_day.empty())
    count.per_day = static_cast<double>(count.reloads) / static_cast<double>(count.by_day.size());
  return count;
}

SharedWeights count_reloads_of(std::span<const BaseAnalysis> parts, std::span<const Demand> demands) {
  SharedWeights shared{.model = parts.front().decision.model};
  std::vector<Arrival> arrivals;
  for (const Demand& demand : demands) {
    const std::optional<Tokens> window = window_of(demand.job, parts);
    for (const Sent& sent : demand.sent) {
      if (!window) {
        ++shared.without_window;
      } else if (sent.at == kUnknownTime) {
        ++shared.without_time;
      } else {
        arrivals.push_back({sent.at, *window});
      }
    }
  }
  shared.reloads = count_reloads(std::move(arrivals));
  for (const BaseAnalysis& part : parts) {
    const JobDecision& job = part.decision.jobs.front();
    shared.windows.emplace_back(job.stats.job, job.num_ctx);
    const Candidate* taken = taken_candidate(job);
    if (taken == nullptr) continue;
    shared.weights_bytes = taken->memory.weights_bytes;
    if (taken->num_ctx <= shared.one_window.value_or(0)) continue;
    shared.one_window = taken->num_ctx;
    shared.one_window_cache_bytes = cache_bytes(taken->memory);
  }
  return shared;
}

}  // namespace ctxcap::demand
