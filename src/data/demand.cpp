#include "data/demand.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace ctxcap {

void DayDemand::merge(const DayDemand& other) {
  prompt.merge(other.prompt);
  generation.merge(other.generation);
  total.merge(other.total);
  need.merge(other.need);
}

DayDemand pooled(std::map<Day, DayDemand>::const_iterator begin, std::map<Day, DayDemand>::const_iterator end) {
  // Bins are collected first and sorted once: merging day by day would be quadratic over a year.
  std::vector<Bin> prompt, generation, total, need;
  const auto collect = [](std::vector<Bin>& all, const Histogram& day) {
    all.insert(all.end(), day.bins.begin(), day.bins.end());
  };
  for (auto day = begin; day != end; ++day) {
    collect(prompt, day->second.prompt);
    collect(generation, day->second.generation);
    collect(total, day->second.total);
    collect(need, day->second.need);
  }
  const bool need_is_total = need == total;  // but for requests without an answer
  DayDemand all{.prompt = make_histogram(std::move(prompt)),
                .generation = make_histogram(std::move(generation)),
                .total = make_histogram(std::move(total)),
                .need = {}};
  all.need = need_is_total ? all.total : make_histogram(std::move(need));
  return all;
}

DayDemand Demand::pooled() const {
  return ctxcap::pooled(days.begin(), days.end());
}

namespace {

// Each pair of sizes once.
std::vector<BodySize> merged(const std::vector<BodySize>& a, const std::vector<BodySize>& b) {
  std::vector<BodySize> both, result;
  std::merge(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  for (const BodySize& body : both) {
    const bool again =
        !result.empty() && result.back().prompt == body.prompt && result.back().bytes == body.bytes;
    if (again) {
      result.back().count += body.count;
    } else {
      result.push_back(body);
    }
  }
  return result;
}

}  // namespace

void Demand::merge(const Demand& other) {
  for (const auto& [day, demand] : other.days) days[day].merge(demand);
  if (other.from) from = from ? std::min(*from, *other.from) : *other.from;
  if (other.to) to = to ? std::max(*to, *other.to) : *other.to;
  for (const auto& [tokens, count] : other.num_ctx_asked) num_ctx_asked[tokens] += count;
  for (const auto& [tokens, count] : other.windows) windows[tokens] += count;
  for (const auto& [tokens, count] : other.cuts) cuts[tokens] += count;
  for (const auto& [requests, count] : other.busy) busy[requests] += count;
  slots = std::max(slots, other.slots);
  upper_ends = upper_ends || other.upper_ends;
  for (const auto& [tokens, count] : other.refused_at) refused_at[tokens] += count;
  for (const auto& [tokens, count] : other.num_predict_asked) num_predict_asked[tokens] += count;
  bodies = merged(bodies, other.bodies);
  const std::size_t before = sent.size();
  sent.insert(sent.end(), other.sent.begin(), other.sent.end());
  std::inplace_merge(sent.begin(), sent.begin() + static_cast<std::ptrdiff_t>(before), sent.end(),
                     [](const Sent& a, const Sent& b) { return a.at < b.at; });
}

namespace {

void merge_skips(std::vector<Skip>& all, std::vector<Skip> more) {
  for (Skip& skip : more) {
    const auto at = std::lower_bound(all.begin(), all.end(), skip,
                                     [](const Skip& a, const Skip& b) { return a.reason < b.reason; });
    if (at != all.end() && at->reason == skip.reason) {
      at->count += skip.count;
    } else {
      all.insert(at, std::move(skip));
    }
  }
}

void merge_input(std::vector<InputSummary>& all, InputSummary more) {
  const auto same = std::find_if(all.begin(), all.end(),
                                 [&](const InputSummary& input) { return input.source == more.source; });
  if (same == all.end()) return all.push_back(std::move(more));
  if (same->rows == 0) same->format = std::move(more.format);
  same->rows += more.rows;
  same->used += more.used;
}

}  // namespace

i64 TraceSummary::rows() const {
  i64 all = 0;
  for (const InputSummary& input : inputs) all += input.rows;
  return all;
}

i64 TraceSummary::used() const {
  i64 all = 0;
  for (const InputSummary& input : inputs) all += input.used;
  return all;
}

namespace {

std::vector<Demand> merged(std::vector<Demand> a, std::vector<Demand> b) {
  const auto names = [](const Demand& demand) { return std::tie(demand.model, demand.job); };
  std::vector<Demand> all;
  all.reserve(a.size() + b.size());
  auto left = a.begin();
  for (Demand& demand : b) {
    for (; left != a.end() && names(*left) < names(demand); ++left) all.push_back(std::move(*left));
    if (left != a.end() && names(*left) == names(demand)) {
      left->merge(demand);
    } else {
      all.push_back(std::move(demand));
    }
  }
  std::move(left, a.end(), std::back_inserter(all));
  return all;
}

}  // namespace

void TraceSummary::merge(TraceSummary other) {
  demands = merged(std::move(demands), std::move(other.demands));
  pooled += other.pooled;
  if (group_by.empty()) {
    group_by = std::move(other.group_by);
    grouped_jobs = other.grouped_jobs;
  }
  for (InputSummary& input : other.inputs) merge_input(inputs, std::move(input));
  merge_skips(skipped, std::move(other.skipped));
  merge_skips(remarks, std::move(other.remarks));
  std::erase_if(missing, [&](const std::string& field) {  // what one of both has is not missing
    return std::find(other.missing.begin(), other.missing.end(), field) == other.missing.end();
  });
}

}  // namespace ctxcap
