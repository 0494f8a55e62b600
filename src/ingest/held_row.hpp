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
    note,   // no request: says something about other rows
  };
  Kind kind = Kind::plain;
  enum class Note : std::uint8_t {
    root,   // request.job is the job of the rows in its trace; has trace, request.start, place
    model,  // request.model is that of the rows behind it that have its trace and no model; has trace, place
    child,  // the row of that id holds one that counts; has id
  };
  Note note = Note::root;
  bool has_id = false;
  RowId id;
  // Hash of the trace whose root names the job, or of the input that says the model elsewhere; zero: both are
  // known.
  std::uint64_t trace = 0;
  i64 updated = kNoTime;  // µs
  Request request;        // only where the reason is none
  Place place;
  Spot spot;  // only where somebody asked for it
  Reason reason = Reason::none;
  Remarks remarks;
  bool is_root = false;     // of a timed call: the outermost span of its trace
  i64 end = 0;              // of a timed call; µs
  std::uint64_t scope = 0;  // of a timed call: hash of the instrumentation's name

  // Of the versions of one id the one updated last counts; among those updated at the same time one that has
  // counts; then the one that stands first. False for the same place: then
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
bool is_note_at(const char* at);

}  // namespace ctxcap::ingest
