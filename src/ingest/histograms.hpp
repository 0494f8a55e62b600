#pragma once
// Exact counts per (job, model) and day. A group of one request costs some 400
// bytes.

#include <limits>
#include <memory>
#include <unordered_map>
#include <vector>

#include "data/demand.hpp"
#include "ingest/body_map.hpp"
#include "ingest/counts.hpp"
#include "ingest/interner.hpp"
#include "ingest/place.hpp"
#include "ingest/request.hpp"

namespace ctxcap::ingest {

class Histograms {
 public:
  // keep_requests: every request is kept beside the counts; see Demand::sent.
  explicit Histograms(bool keep_requests = false) : keep_requests_(keep_requests) {}

  void add(const Request& request, Place place);
  // So many requests that differ only in when they started, the last of them at `last` µs of the same day.
  // They are not kept one by one.
  void add_many(const Request& request, i64 times, i64 last);
  // Of requests that were added: their prompts were refused, and nobody knows how long they were.
  void note_refusal(const Request& request, i64 times);
  // Of requests that were added: their lengths are upper ends of buckets.
  void note_upper_ends(const Request& request);
  void merge(Histograms&& other);
  std::size_t groups() const { return groups_.size(); }
  // Keeps the groups with most requests, so many of them, and makes one of the
  // others for each model, whose job is kOtherJobs. Returns how many became
  // part of such.
  i64 pool(std::size_t most, Names& names);
  // Ascending by (model, job).
  std::vector<Demand> demands(const Names& names) &&;

 private:
  struct DayCounts {
    Day day = 0;
    Counts prompt, generation;
    Counts context;  // of requests with an answer: total and need are the same
    Counts bare;     // of requests without one: total is the prompt, need one more
  };
  // What few rows tell: there may be a million groups without it.
  struct Details {
    Counts num_ctx, num_predict;
    Counts windows, cuts, refused_at, busy;  // see Demand
    Tokens slots = 0;
    bool upper_ends = false;
    BodyMap bodies;
  };
  struct Group {
    std::vector<DayCounts> days;  // ascending
    i64 from = std::numeric_limits<i64>::max(), to = kNoTime;
    i64 requests = 0;
    std::unique_ptr<Details> told;

    DayCounts& on(Day day);
    Details& details();
  };
  struct Kept {
    i64 at;
    Place place;
    Tokens need;
    auto operator<=>(const Kept&) const = default;
  };
  using Key = std::uint64_t;  // job and model

  static Key key(std::uint32_t job, std::uint32_t model) { return Key{job} << 32 | model; }
  static Demand demand_of(Group& group);
  static void take_up(Group& into, Group& group);
  Group& group(Key key);
  void count(const Request& request, i64 times, i64 last);

  bool keep_requests_;
  std::unordered_map<Key, Group> groups_;
  std::unordered_map<Key, std::vector<Kept>> kept_;
  Group* last_ = nullptr;  // rows of one job often follow each other
  Key last_key_ = 0;
};

}  // namespace ctxcap::ingest
