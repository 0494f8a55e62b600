#include <algorithm>
#include <limits>

#include "state/demand_blob.hpp"
#include "state/store.hpp"

namespace ctxcap::state {
namespace {

Result<i64> id_of_source(Store& store, const std::string& name) {
  TRY(store.run("insert into sources (name) values (?) on conflict do nothing", name));
  TRY_ASSIGN(const std::optional<i64> id, store.number("select id from sources where name = ?", name));
  return id.value_or(0);
}

Result<i64> id_of_job(Store& store, const Demand& demand) {
  TRY(store.run("insert into jobs (job, model) values (?, ?) on conflict do nothing", demand.job,
                demand.model));
  TRY_ASSIGN(const std::optional<i64> id,
             store.number("select id from jobs where job = ? and model = ?", demand.job, demand.model));
  return id.value_or(0);
}

Status merge_day(Store& store, i64 source, i64 job, Day day, const DayDemand& demand, DemandMerge& merge) {
  TRY_ASSIGN(
      const std::optional<i64> known,
      store.number("select requests from demand where source = ? and job = ? and day = ?", source, job, day));
  const i64 requests = demand.total.count();
  const std::string blob = day_blob(demand);
  if (known && *known >= requests) {
    // The same number of requests may have been read better this time.
    if (*known == requests) {
      TRY(store.run("update demand set histograms = ? where source = ? and job = ? and day = ?", Blob{blob},
                    source, job, day));
    }
    ++merge.days_kept;
    return {};
  }
  ++(known ? merge.days_replaced : merge.days_added);
  return store.run(
      "insert or replace into demand (source, job, day, requests, histograms) values (?, ?, ?, ?, ?)", source,
      job, day, requests, Blob{blob});
}

Status merge_reading(Store& store, i64 source, i64 job, const Demand& demand, Instant read) {
  const Day first = demand.days.begin()->first, last = demand.days.rbegin()->first;
  TRY(store.run("delete from readings where source = ? and job = ? and first_day >= ? and last_day <= ?",
                source, job, first, last));
  // One that began earlier and ended the same day holds more than this one.
  return store.run(
      "insert into readings (source, job, last_day, first_day, read, first_request, last_request, options, "
      "bodies) "
      "values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
      source, job, last, first, read, demand.from, demand.to, Blob{options_blob(demand)},
      Blob{bodies_blob(demand.bodies)});
}

// Pairs of sizes ascending, each once.
void tidy(std::vector<BodySize>& bodies) {
  std::sort(bodies.begin(), bodies.end());
  std::vector<BodySize> merged;
  for (const BodySize& body : bodies) {
    if (!merged.empty() && merged.back().prompt == body.prompt && merged.back().bytes == body.bytes) {
      merged.back().count += body.count;
    } else {
      merged.push_back(body);
    }
  }
  bodies = std::move(merged);
}

using ByJob = std::map<i64, Demand>;

// The first day and the one after the last.
using Days = std::pair<Day, Day>;

Status read_days(Store& store, const std::optional<std::string>& source, Days days, ByJob& demands) {
  bool sound = true;
  TRY(store.each(
      "select job, day, histograms from demand where day >= ? and day < ? and "
      "(?3 is null or source = (select id from sources where name = ?3)) order by job, day, source",
      [&](const Statement& row) {
        const std::optional<DayDemand> day = day_of_blob(row.blob(2).value_or(""));
        sound = sound && day;
        if (day) demands[integer_at(row, 0)].days[integer_at(row, 1)].merge(*day);
      },
      days.first, days.second, source));
  if (!sound) return fail(unreadable(store, "the demand of a day"));
  return {};
}

Status read_readings(Store& store, const std::optional<std::string>& source, Days days, ByJob& demands) {
  bool sound = true;
  TRY(store.each(
      "select job, first_request, last_request, options, bodies from readings "
      "where last_day >= ? and first_day < ? and "
      "(?3 is null or source = (select id from sources where name = ?3))",
      [&](const Statement& row) {
        const auto found = demands.find(integer_at(row, 0));
        if (found == demands.end()) return;
        Demand& demand = found->second;
        if (const auto at = row.integer(1); at && (!demand.from || *at < demand.from->micros))
          demand.from = Instant{*at};
        if (const auto at = row.integer(2); at && (!demand.to || *at > demand.to->micros))
          demand.to = Instant{*at};
        sound = sound && add_options(row.blob(3).value_or(""), demand) &&
                add_bodies(row.blob(4).value_or(""), demand);
      },
      days.first, days.second, source));
  if (!sound) return fail(unreadable(store, "a reading"));
  return {};
}

}  // namespace

Result<DemandMerge> State::merge_demand(const std::string& source, std::span<const Demand> demands,
                                        Instant read) {
  DemandMerge merge;
  TRY_ASSIGN(Transaction transaction, store_->begin());
  TRY_ASSIGN(const i64 source_id, id_of_source(*store_, source));
  for (const Demand& demand : demands) {
    if (demand.days.empty()) continue;
    TRY_ASSIGN(const i64 job, id_of_job(*store_, demand));
    for (const auto& [day, of_day] : demand.days) TRY(merge_day(*store_, source_id, job, day, of_day, merge));
    TRY(merge_reading(*store_, source_id, job, demand, read));
  }
  TRY(store_->commit(transaction));
  return merge;
}

Result<std::optional<Instant>> State::last_reading(const std::string& source, Instant until) {
  TRY_ASSIGN(const std::optional<i64> read,
             store_->number("select max(read) from readings where read <= ? and source ="
                            " (select id from sources where name = ?)",
                            until, source));
  return read ? std::optional(Instant{*read}) : std::nullopt;
}

Result<std::vector<std::string>> State::sources() {
  std::vector<std::string> names;
  TRY(store_->each("select name from sources order by name",
                   [&](const Statement& row) { names.push_back(text_at(row, 0)); }));
  return names;
}

Result<std::vector<Demand>> State::demand(const DemandFilter& filter) {
  const Days days{filter.from.value_or(kUnknownDay), filter.before.value_or(std::numeric_limits<Day>::max())};
  ByJob by_job;
  TRY(read_days(*store_, filter.source, days, by_job));
  TRY(read_readings(*store_, filter.source, days, by_job));
  TRY(store_->each("select id, job, model from jobs", [&](const Statement& row) {
    const auto found = by_job.find(integer_at(row, 0));
    if (found == by_job.end()) return;
    found->second.job = text_at(row, 1);
    found->second.model = text_at(row, 2);
  }));
  std::vector<Demand> demands;
  for (auto& [id, demand] : by_job) {
    tidy(demand.bodies);
    // A reading may know of later requests than those that are asked for.
    if (filter.before && demand.to && day_of(*demand.to) >= *filter.before)
      demand.to = Instant{*filter.before * kMicrosPerDay - 1};
    demands.push_back(std::move(demand));
  }
  std::sort(demands.begin(), demands.end(), [](const Demand& a, const Demand& b) {
    return std::tie(a.model, a.job) < std::tie(b.model, b.job);
  });
  return demands;
}

Result<i64> State::forget_demand(Day before) {
  TRY_ASSIGN(Transaction transaction, store_->begin());
  TRY(store_->run("delete from readings where last_day < ?", before));
  TRY(store_->run("delete from demand where day < ?", before));
  const i64 gone = store_->changes();
  TRY(store_->commit(transaction));
  return gone;
}

}  // namespace ctxcap::state
