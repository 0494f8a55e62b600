#include "ingest/histograms.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace ctxcap::ingest {
namespace {

Histogram histogram_of(Counts& counts) {
  std::vector<Bin> bins;
  counts.append_to(bins);
  return make_histogram(std::move(bins));
}

void add_to(std::map<Tokens, i64>& asked, Counts& counts) {
  for (const Bin& bin : histogram_of(counts).bins) asked[bin.tokens] += bin.count;
}

}  // namespace

Histograms::DayCounts& Histograms::Group::on(Day day) {
  if (!days.empty() && days.back().day == day) return days.back();
  const auto at = std::lower_bound(days.begin(), days.end(), day,
                                   [](const DayCounts& counts, Day wanted) { return counts.day < wanted; });
  if (at != days.end() && at->day == day) return *at;
  return *days.insert(at, DayCounts{.day = day});
}

Histograms::Group& Histograms::group(Key key) {
  if (last_ == nullptr || last_key_ != key) {
    last_ = &groups_[key];  // its address stays
    last_key_ = key;
  }
  return *last_;
}

void Histograms::count(const Request& request, i64 times, i64 last) {
  Group& mine = group(key(request.job, request.model));
  const bool timed = request.start != kNoTime;
  DayCounts& day = mine.on(timed ? day_of(Instant{request.start}) : kUnknownDay);
  day.prompt.add(request.prompt, times);
  if (request.generation >= 0) day.generation.add(request.generation, times);
  // The need is max(context, prompt + 1); without an answer the context is the prompt alone.
  const bool answered = request.context > request.prompt;
  (answered ? day.context : day.bare).add(request.context, times);
  if (timed) {
    mine.from = std::min(mine.from, request.start);
    mine.to = std::max(mine.to, last);
  }
  if (request.num_ctx != 0) mine.num_ctx.add(request.num_ctx, times);
  if (request.num_predict != 0) mine.num_predict.add(request.num_predict, times);
  if (request.window != 0) mine.windows.add(request.window, times);
  if (request.busy != 0) mine.busy.add(request.busy, times);
  mine.slots = std::max<Tokens>(mine.slots, request.slots);
  if (request.was_cut) mine.cuts.add(request.window, times);
  if (request.body != 0) mine.bodies.add(request.prompt, request.body);
}

void Histograms::note_refusal(const Request& request, i64 times) {
  group(key(request.job, request.model)).refused_at.add(request.context - 1, times);
}

void Histograms::add(const Request& request, Place place) {
  count(request, 1, request.start);
  if (!keep_requests_) return;
  const bool answered = request.context > request.prompt;
  kept_[key(request.job, request.model)].push_back(
      {.at = request.start, .place = place, .need = Tokens{request.context} + (answered ? 0 : 1)});
}

void Histograms::add_many(const Request& request, i64 times, i64 last) {
  count(request, times, last);
}

void Histograms::merge(Histograms&& other) {
  if (groups_.empty()) {
    *this = std::move(other);
    last_ = nullptr;
    return;
  }
  for (auto& [names, theirs] : other.groups_) {
    Group& mine = groups_[names];
    for (DayCounts& counts : theirs.days) {
      DayCounts& into = mine.on(counts.day);
      into.prompt.merge(std::move(counts.prompt));
      into.generation.merge(std::move(counts.generation));
      into.context.merge(std::move(counts.context));
      into.bare.merge(std::move(counts.bare));
    }
    mine.from = std::min(mine.from, theirs.from);
    mine.to = std::max(mine.to, theirs.to);
    mine.num_ctx.merge(std::move(theirs.num_ctx));
    mine.num_predict.merge(std::move(theirs.num_predict));
    mine.windows.merge(std::move(theirs.windows));
    mine.cuts.merge(std::move(theirs.cuts));
    mine.busy.merge(std::move(theirs.busy));
    mine.slots = std::max(mine.slots, theirs.slots);
    mine.refused_at.merge(std::move(theirs.refused_at));
    mine.bodies.merge(theirs.bodies);
  }
  other.groups_.clear();
  for (auto& [names, theirs] : other.kept_) {
    std::vector<Kept>& mine = kept_[names];
    mine.insert(mine.end(), theirs.begin(), theirs.end());
  }
}

Demand Histograms::demand_of(Group& group) {
  Demand demand;
  for (DayCounts& counts : group.days) {
    std::vector<Bin> total;
    counts.context.append_to(total);
    counts.bare.append_to(total);
    std::vector<Bin> need;  // left empty where it is the total
    if (!counts.bare.empty()) {
      counts.context.append_to(need);
      counts.bare.append_to(need, 1);
    }
    DayDemand told{.prompt = histogram_of(counts.prompt),
                   .generation = histogram_of(counts.generation),
                   .total = make_histogram(std::move(total)),
                   .need = make_histogram(std::move(need))};
    if (counts.bare.empty()) told.need = told.total;
    demand.days.emplace_hint(demand.days.end(), counts.day, std::move(told));
  }
  if (group.to != kNoTime) {
    demand.from = Instant{group.from};
    demand.to = Instant{group.to};
  }
  add_to(demand.num_ctx_asked, group.num_ctx);
  add_to(demand.num_predict_asked, group.num_predict);
  add_to(demand.windows, group.windows);
  add_to(demand.cuts, group.cuts);
  add_to(demand.refused_at, group.refused_at);
  add_to(demand.busy, group.busy);
  demand.slots = group.slots;
  demand.bodies = group.bodies.sizes();
  return demand;
}

std::vector<Demand> Histograms::demands(const Names& names) && {
  std::vector<Demand> result;
  result.reserve(groups_.size());
  last_ = nullptr;
  while (!groups_.empty()) {
    // Each group's memory goes as its demand comes.
    const auto node = groups_.extract(groups_.begin());
    Demand demand = demand_of(node.mapped());
    demand.job = names.text_of(static_cast<std::uint32_t>(node.key() >> 32));
    demand.model = names.text_of(static_cast<std::uint32_t>(node.key() & 0xFFFF'FFFF));
    if (const auto kept = kept_.find(node.key()); kept != kept_.end()) {
      std::sort(kept->second.begin(), kept->second.end());
      for (const Kept& one : kept->second) demand.sent.push_back({.at = Instant{one.at}, .need = one.need});
      kept_.erase(kept);
    }
    result.push_back(std::move(demand));
  }
  std::sort(result.begin(), result.end(), [](const Demand& a, const Demand& b) {
    return std::tie(a.model, a.job) < std::tie(b.model, b.job);
  });
  return result;
}

}  // namespace ctxcap::ingest
