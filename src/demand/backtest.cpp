#include <algorithm>
#include <cmath>

#include "demand/demand.hpp"
#include "demand/required.hpp"
#include "demand/tolerance.hpp"

namespace ctxcap::demand {
namespace {

// What a rule may look at.
struct Past {
  Histogram pooled;
  NeedsByDay days;
  const RiskOptions& options;
};

Tokens with_15_percent_more(Tokens tokens) {
  return tokens + (tokens * 15 + 99) / 100;
}

Tokens ours(const Past& past) {
  const Bound bound = upper_bound(past.pooled, past.options);
  Required required;
  required.num_ctx = bound.tokens;
  required.basis = bound.basis;
  if (const std::optional<Drift> drift = drift_of(past.days))
    raise_for_days(required, past.days, *drift, past.options);
  return required.num_ctx;
}

Tokens percentile(const Past& past, i64 per_mille) {
  return past.pooled.at_rank(nearest_rank(past.pooled.count(), per_mille));
}

struct Rule {
  const char* name;
  Tokens (*window)(const Past& past);
};
const Rule kRules[] = {
    {"tolerance-bound", ours},
    {"max", [](const Past& past) { return past.pooled.max(); }},
    {"max-x1.15", [](const Past& past) { return with_15_percent_more(past.pooled.max()); }},
    {"p90-x1.15", [](const Past& past) { return with_15_percent_more(percentile(past, 900)); }},
    {"p99", [](const Past& past) { return percentile(past, 990); }},
};

}  // namespace

std::vector<Part> parts_by_day(const Demand& demand) {
  std::vector<Part> parts;
  for (const auto& [day, counts] : demand.days) {
    if (day != kUnknownDay && !counts.need.empty()) parts.push_back({day, counts.need});
  }
  return parts;
}

std::vector<Part> parts_by_count(std::span<const Tokens> needs_in_time_order, i64 size) {
  std::vector<Part> parts;
  std::vector<Bin> bins;
  for (std::size_t i = 0; i < needs_in_time_order.size(); ++i) {
    bins.push_back({needs_in_time_order[i], 1});
    if (std::ssize(bins) == size || i + 1 == needs_in_time_order.size()) {
      parts.push_back({kUnknownDay, make_histogram(std::move(bins))});
      bins = {};
    }
  }
  return parts;
}

std::vector<RuleResult> backtest(std::span<const Part> parts, const RiskOptions& options) {
  if (parts.size() < 2) return {};
  std::vector<RuleResult> results;
  for (const Rule& rule : kRules) results.push_back({.rule = rule.name});
  Past past{.pooled = {}, .days = {}, .options = options};
  for (const Part& part : parts) {
    for (std::size_t i = 0; i < std::size(kRules) && !past.pooled.empty(); ++i) {
      const Tokens window = round_up(kRules[i].window(past), 256);
      RuleResult& result = results[i];
      ++result.decisions;
      result.requests += part.needs.count();
      result.exceeded += part.needs.count_above(window);
      result.mean_num_ctx += static_cast<double>(window);
      result.windows.push_back(window);
    }
    past.pooled.merge(part.needs);
    if (part.day != kUnknownDay) past.days[part.day].merge(part.needs);
  }
  for (RuleResult& result : results) {
    result.mean_num_ctx /= static_cast<double>(result.decisions);
    result.chance = chance_of_exceedances(result.exceeded, result.requests, options.risk);
  }
  return results;
}

std::vector<Part> parts_of(const Demand& demand) {
  constexpr i64 kPartSize = 1'000;  // requests, where the traces have fewer than two days
  std::vector<Part> by_day = parts_by_day(demand);
  if (by_day.size() >= 2) return by_day;
  std::vector<Tokens> needs;
  for (const Sent& sent : demand.sent) needs.push_back(sent.need);
  return parts_by_count(needs, kPartSize);
}

}  // namespace ctxcap::demand
