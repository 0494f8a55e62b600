#pragma once
// What has been counted so far: of one piece of input (relative to its start), and of everything.

#include <array>
#include <compare>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "data/demand.hpp"
#include "ingest/call.hpp"
#include "ingest/count_map.hpp"
#include "ingest/interner.hpp"
#include "ingest/reasons.hpp"

namespace ctxcap::ingest {

inline constexpr i64 kNoTime = std::numeric_limits<i64>::min();

// A place in the input; lines count from 1.
struct Place {
  std::uint32_t input = 0;
  i64 line = 0;
  auto operator<=>(const Place&) const = default;
};

struct Occurrences {
  i64 count = 0;
  Place first;
  void add(Place place, i64 times = 1) {
    if (count == 0 || place < first) first = place;
    count += times;
  }
};

// One measured request, small enough to keep by the million.
struct Request {
  std::uint32_t prompt = 0;
  std::int32_t generation = -1;  // -1: unknown
  std::uint32_t context = 0;
  std::uint32_t job = 0, model = 0;            // Interner numbers
  std::uint32_t num_ctx = 0, num_predict = 0;  // 0: not asked
  i64 start = kNoTime;                         // µs
};

// A row that cannot be counted before all rows are seen: another version of it may follow, or its trace's
// root may name its job.
struct HeldRow {
  std::array<std::uint64_t, 2> id{};  // hash; zero: no id
  std::uint64_t trace = 0;            // hash of the trace whose root names the job; zero: the job is known
  i64 updated = kNoTime;              // µs
  Request request;
  std::uint32_t line = 0;  // within its piece, from 1
  Reason reason = Reason::none;
  Remarks remarks;
};
static_assert(sizeof(HeldRow) <= 80, "there may be millions");

// Which HeldRow: the piece's number in its order, and the row's in the piece.
struct HeldPlace {
  std::uint32_t piece = 0, row = 0;
  auto operator<=>(const HeldPlace&) const = default;
};

// A span that is a model call: what it takes to see that another span is the same call again.
struct TimedCall {
  HeldPlace held;
  i64 start = 0, end = 0;   // µs
  std::uint64_t scope = 0;  // hash of the instrumentation's name
  bool is_root = false;
};

// The name that a trace's root gives to the rows inside.
struct Root {
  std::uint64_t trace = 0;
  i64 start = kNoTime;
  std::uint32_t name = 0;
};

// Exact counts per (job, model) and day.
class Histograms {
 public:
  // Every request is kept beside the counts; see Demand::sent.
  bool keep_requests = false;

  void add(const Request& request);
  // So many requests that differ only in when they started, the last of them at `last` µs of the same day.
  // They are not kept one by one.
  void add_many(const Request& request, i64 times, i64 last);
  // `renumber` maps the other's Interner numbers to this one's.
  void merge(const Histograms& other, const std::vector<std::uint32_t>& renumber);
  // Ascending by (model, job).
  std::vector<Demand> demands(const Interner& names) const;

 private:
  struct DayCounts {
    CountMap prompt, generation;
    CountMap context;  // of requests with an answer: total and need are the same
    CountMap bare;     // of requests without one: total is the prompt, need one more
  };
  struct Group {
    std::map<Day, DayCounts> days;
    i64 from = std::numeric_limits<i64>::max(), to = kNoTime;
    std::map<Tokens, i64> num_ctx, num_predict;
    std::vector<Sent> sent;  // in the order of the rows; empty unless kept
  };

  static std::uint64_t key(std::uint32_t job, std::uint32_t model) {
    return std::uint64_t{job} << 32 | model;
  }
  static Demand demand_of(const Group& group);
  Group& counted(const Request& request, i64 times, i64 last);

  std::unordered_map<std::uint64_t, Group> groups_;
};

// Everything one piece of input says. Places have lines counted from the piece's start, input 0.
struct Tally {
  i64 lines = 0;  // line ends seen
  i64 rows = 0;
  i64 used = 0;               // of those counted at once
  std::uint64_t formats = 0;  // bit per row of the format table
  Interner names;
  Histograms histograms;
  std::array<Occurrences, kReasons> skipped;
  std::array<Occurrences, kRemarks> remarked;
  std::vector<HeldRow> held;
  std::vector<TimedCall> timed;
  std::vector<Root> roots;
};

}  // namespace ctxcap::ingest
