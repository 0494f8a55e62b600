#pragma once
// Rows that cannot be counted before all rows are seen, written as short as they can be: another version of a
// row may follow, another span may be the same call, or the root of its trace may name its job. Some 46 bytes
// for a row of Langfuse.

#include <cstdint>

#include "ingest/place.hpp"
#include "ingest/reasons.hpp"
#include "ingest/request.hpp"

namespace ctxcap::ingest {

// 96 bits of hash: among a billion ids two are taken for one once in a hundred billion runs.
struct RowId {
  std::uint64_t high = 0;
  std::uint32_t low = 0;
  bool operator==(const RowId&) const = default;
};

struct HeldRow {
  enum class Kind : std::uint8_t {
    plain,
    timed,  // a span that is a model call: `end` and `scope` tell whether another span is the same call
    root,   // no request: names the jobs of the rows in its trace; has trace, request.start, request.job,
            // place
    part,   // of a stream whose parts all count: the last one has the counts of the call
  };
  Kind kind = Kind::plain;
  bool has_id = false;
  RowId id;
  std::uint64_t trace = 0;  // hash of the trace whose root names the job; zero: the job is known
  i64 updated = kNoTime;    // µs
  Request request;          // only where the reason is none
  Place place;
  Spot spot;  // only where somebody asked for it
  Reason reason = Reason::none;
  Remarks remarks;
  bool is_root = false;     // of a timed call: the outermost span of its trace
  i64 end = 0;              // of a timed call; µs
  std::uint64_t scope = 0;  // of a timed call: hash of the instrumentation's name

  // Of the versions of one id the one updated last counts; among those updated at the same time one that has
  // counts; then the one that stands first, of parts the one that stands last. False for the same place: then
  // the one written first counts.
  bool outranks(const HeldRow& other) const;
};

inline constexpr std::size_t kLongestHeldRow = 192;  // bytes

// Writes the row; returns the bytes used, at most kLongestHeldRow.
std::size_t write(const HeldRow& row, char* into);
// Reads what write() wrote.
void read(const char* at, HeldRow& row);
// Where the row behind this one begins.
const char* next_row(const char* at);
// The id alone, of a row that has one.
RowId id_at(const char* at);

}  // namespace ctxcap::ingest
