#include "ingest/tally.hpp"

#include <algorithm>

namespace ctxcap::ingest {

void Histograms::add(const Request& request) {
  Group& group = counted(request, 1, request.start);
  if (!keep_requests) return;
  const Tokens need = request.context > request.prompt ? request.context : request.context + 1;
  group.sent.push_back({.at = Instant{request.start}, .need = need});
}

void Histograms::add_many(const Request& request, i64 times, i64 last) {
  counted(request, times, last);
}

Histograms::Group& Histograms::counted(const Request& request, i64 times, i64 last) {
  Group& group = groups_[key(request.job, request.model)];
  const bool timed = request.start != kNoTime;
  DayCounts& day = group.days[timed ? day_of(Instant{request.start}) : kUnknownDay];
  day.prompt.add(request.prompt, times);
  if (request.generation >= 0) day.generation.add(request.generation, times);
  // The need is max(context, prompt + 1); without an answer the context is the prompt alone.
  (request.context > request.prompt ? day.context : day.bare).add(request.context, times);
  if (timed) {
    group.from = std::min(group.from, request.start);
    group.to = std::max(group.to, last);
  }
  if (request.num_ctx != 0) group.num_ctx[request.num_ctx] += times;
  if (request.num_predict != 0) group.num_predict[request.num_predict] += times;
  return group;
}

void Histograms::merge(const Histograms& other, const std::vector<std::uint32_t>& renumber) {
  for (const auto& [names, group] : other.groups_) {
    Group& mine = groups_[key(renumber[names >> 32], renumber[names & 0xFFFF'FFFF])];
    for (const auto& [day, counts] : group.days) {
      DayCounts& into = mine.days[day];
      into.prompt.merge(counts.prompt);
      into.generation.merge(counts.generation);
      into.context.merge(counts.context);
      into.bare.merge(counts.bare);
    }
    mine.from = std::min(mine.from, group.from);
    mine.to = std::max(mine.to, group.to);
    for (const auto& [tokens, count] : group.num_ctx) mine.num_ctx[tokens] += count;
    for (const auto& [tokens, count] : group.num_predict) mine.num_predict[tokens] += count;
    mine.sent.insert(mine.sent.end(), group.sent.begin(), group.sent.end());
  }
}

Demand Histograms::demand_of(const Group& group) {
  const auto sorted = [](const CountMap& counts) {
    std::vector<Bin> bins;
    counts.append_to(bins);
    return make_histogram(std::move(bins));
  };
  Demand demand;
  for (const auto& [day, counts] : group.days) {
    std::vector<Bin> total;
    counts.context.append_to(total);
    counts.bare.append_to(total);
    std::vector<Bin> need;  // left empty where it is the total
    if (!counts.bare.empty()) {
      counts.context.append_to(need);
      counts.bare.append_to(need, 1);
    }
    DayDemand told{.prompt = sorted(counts.prompt),
                   .generation = sorted(counts.generation),
                   .total = make_histogram(std::move(total)),
                   .need = make_histogram(std::move(need))};
    if (counts.bare.empty()) told.need = told.total;
    demand.days.emplace(day, std::move(told));
  }
  demand.sent = group.sent;
  std::stable_sort(demand.sent.begin(), demand.sent.end(),
                   [](const Sent& a, const Sent& b) { return a.at < b.at; });
  if (group.to != kNoTime) {
    demand.from = Instant{group.from};
    demand.to = Instant{group.to};
  }
  demand.num_ctx_asked = group.num_ctx;
  demand.num_predict_asked = group.num_predict;
  return demand;
}

std::vector<Demand> Histograms::demands(const Interner& names) const {
  std::vector<Demand> result;
  for (const auto& [number, group] : groups_) {
    Demand demand = demand_of(group);
    demand.job = names.text_of(static_cast<std::uint32_t>(number >> 32));
    demand.model = names.text_of(static_cast<std::uint32_t>(number & 0xFFFF'FFFF));
    result.push_back(std::move(demand));
  }
  std::sort(result.begin(), result.end(), [](const Demand& a, const Demand& b) {
    return std::tie(a.model, a.job) < std::tie(b.model, b.job);
  });
  return result;
}

}  // namespace ctxcap::ingest
