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
  if (!days.empty()) {
    if (days.back().day == day) return days.back();
    // Most logs have rows of every day.
    const auto after = static_cast<std::uint64_t>(day) - static_cast<std::uint64_t>(days.front().day);
    if (after < days.size() && days[after].day == day) return days[after];
  }
  const auto at = std::lower_bound(days.begin(), days.end(), day,
                                   [](const DayCounts& counts, Day wanted) { return counts.day < wanted; });
  if (at != days.end() && at->day == day) return *at;
  return *days.insert(at, DayCounts{.day = day});
}

Histograms::Details& Histograms::Group::details() {
  if (!told) told = std::make_unique<Details>();
  return *told;
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
  mine.requests += times;
  if (request.num_ctx != 0) mine.details().num_ctx.add(request.num_ctx, times);
  if (request.num_predict != 0) mine.details().num_predict.add(request.num_predict, times);
  if (request.window != 0) mine.details().windows.add(request.window, times);
  if (request.busy != 0) mine.details().busy.add(request.busy, times);
  if (request.slots != 0) mine.details().slots = std::max<Tokens>(mine.details().slots, request.slots);
  if (request.was_cut) mine.details().cuts.add(request.cut_by, times);
  if (request.body != 0) mine.details().bodies.add(request.prompt, request.body);
}

void Histograms::note_refusal(const Request& request, i64 times) {
  group(key(request.job, request.model)).details().refused_at.add(request.context - 1, times);
}

void Histograms::note_upper_ends(const Request& request) {
  group(key(request.job, request.model)).details().upper_ends = true;
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
  groups_.merge(other.groups_);  // what only one of both has moves as it is
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
    mine.requests += theirs.requests;
    if (!theirs.told) continue;
    Details& into = mine.details();
    into.num_ctx.merge(std::move(theirs.told->num_ctx));
    into.num_predict.merge(std::move(theirs.told->num_predict));
    into.windows.merge(std::move(theirs.told->windows));
    into.cuts.merge(std::move(theirs.told->cuts));
    into.busy.merge(std::move(theirs.told->busy));
    into.slots = std::max(into.slots, theirs.told->slots);
    into.upper_ends = into.upper_ends || theirs.told->upper_ends;
    into.refused_at.merge(std::move(theirs.told->refused_at));
    into.bodies.merge(theirs.told->bodies);
  }
  other.groups_.clear();
  for (auto& [names, theirs] : other.kept_) {
    std::vector<Kept>& mine = kept_[names];
    mine.insert(mine.end(), theirs.begin(), theirs.end());
  }
}

void Histograms::take_up(Group& into, Group& group) {
  for (const DayCounts& counts : group.days) {
    DayCounts& day = into.on(counts.day);
    day.prompt.take_up(counts.prompt);
    day.generation.take_up(counts.generation);
    day.context.take_up(counts.context);
    day.bare.take_up(counts.bare);
  }
  into.from = std::min(into.from, group.from);
  into.to = std::max(into.to, group.to);
  into.requests += group.requests;
  if (!group.told) return;
  Details& told = into.details();
  told.num_ctx.take_up(group.told->num_ctx);
  told.num_predict.take_up(group.told->num_predict);
  told.windows.take_up(group.told->windows);
  told.cuts.take_up(group.told->cuts);
  told.refused_at.take_up(group.told->refused_at);
  told.upper_ends = told.upper_ends || group.told->upper_ends;
  told.bodies.merge(group.told->bodies);
}

i64 Histograms::pool(std::size_t most, Names& names) {
  if (groups_.size() <= most) return 0;
  struct Size {
    i64 requests;
    Key names;
  };
  std::vector<Size> sizes;
  sizes.reserve(groups_.size());
  for (const auto& [key, group] : groups_) sizes.push_back({group.requests, key});
  const auto text = [&](std::uint64_t number) -> const std::string& {
    return names.text_of(static_cast<std::uint32_t>(number & 0xFFFF'FFFF));
  };
  // Of equal ones the first by name, since numbers are given by chance.
  const auto kept = sizes.begin() + static_cast<std::ptrdiff_t>(most);
  std::nth_element(sizes.begin(), kept, sizes.end(), [&](const Size& a, const Size& b) {
    if (a.requests != b.requests) return a.requests > b.requests;
    return std::tie(text(a.names), text(a.names >> 32)) < std::tie(text(b.names), text(b.names >> 32));
  });
  const std::uint32_t others = names.number_of(kOtherJobs);
  last_ = nullptr;
  std::for_each(kept, sizes.end(), [&](const Size& size) {
    auto node = groups_.extract(size.names);
    const Key into = key(others, static_cast<std::uint32_t>(size.names & 0xFFFF'FFFF));
    take_up(groups_[into], node.mapped());
    if (const auto theirs = kept_.find(size.names); theirs != kept_.end()) {
      std::vector<Kept> requests = std::move(theirs->second);
      kept_.erase(theirs);
      kept_[into].insert(kept_[into].end(), requests.begin(), requests.end());
    }
  });
  return static_cast<i64>(sizes.end() - kept);
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
  if (!group.told) return demand;
  add_to(demand.num_ctx_asked, group.told->num_ctx);
  add_to(demand.num_predict_asked, group.told->num_predict);
  add_to(demand.windows, group.told->windows);
  add_to(demand.cuts, group.told->cuts);
  add_to(demand.refused_at, group.told->refused_at);
  add_to(demand.busy, group.told->busy);
  demand.slots = group.told->slots;
  demand.upper_ends = group.told->upper_ends;
  demand.bodies = group.told->bodies.sizes();
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
