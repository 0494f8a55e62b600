#include "app/shared_weights.hpp"

#include <algorithm>

#include "demand/demand.hpp"

namespace ctxcap::app {
namespace {

using Models = std::map<std::string, DescribedModel>;

bool same_weights(const DescribedModel& a, const DescribedModel& b) {
  return a.weights.empty() || b.weights.empty() || a.weights == b.weights;
}

// A parent that was pulled anew since has other weights: the variant no longer shares a runner with it.
const std::string* parent_of(const std::string& name, const Models& models) {
  const DescribedModel& model = models.at(name);
  if (model.parent.empty()) return nullptr;
  for (const auto& [other, description] : models) {
    if (other != name && runtime::same_model(other, model.parent) && same_weights(model, description))
      return &other;
  }
  return nullptr;
}

std::optional<Tokens> window_of(const std::string& job, std::span<const BaseAnalysis> parts) {
  for (const BaseAnalysis& part : parts) {
    for (const JobDecision& decision : part.decision.jobs) {
      if (decision.stats.job == job) return decision.num_ctx;
    }
  }
  return std::nullopt;
}

}  // namespace

std::string base_of(const std::string& name, const Models& models) {
  std::string base = name;
  for (std::size_t steps = 0; steps < models.size(); ++steps) {  // a chain of variants, never a circle
    const std::string* parent = parent_of(base, models);
    if (parent == nullptr) break;
    base = *parent;
  }
  for (const auto& [other, description] : models) {
    if (other >= base) break;
    const DescribedModel& model = models.at(base);
    const bool same_file = !model.weights.empty() && model.weights == description.weights;
    const bool made_from_nothing = description.parent.empty() || !model.parent.empty();
    if (runtime::same_model(other, base) || (same_file && made_from_nothing)) return other;
  }
  return base;
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
  shared.reloads = demand::count_reloads(std::move(arrivals));
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

}  // namespace ctxcap::app
