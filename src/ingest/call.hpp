#pragma once
// What a format reads from one row, and where it puts it.

#include <optional>
#include <string_view>

#include "base/time.hpp"
#include "ingest/asked.hpp"
#include "ingest/body.hpp"
#include "ingest/fields.hpp"
#include "ingest/names.hpp"
#include "ingest/reasons.hpp"
#include "ingest/usage.hpp"

namespace ctxcap::ingest {

// One row. Views point into the record and live until the sink's add() returns.
struct Call {
  std::string_view id;  // rows with equal ids are versions of one call; empty: the row stands for itself
  // The id of the row around this one. If this one counts, that one only repeats its counts.
  std::string_view parent;
  bool within_file = false;  // the ids are known to be one call's in this input alone
  bool last_wins = false;    // of rows with equal ids that which stands last counts, whatever their times
  std::string_view trace;    // trace id; empty: none
  bool is_root = false;      // the trace's outermost span: its name is the job of the calls inside
  JobHints job;
  std::string_view model;        // as written
  bool model_elsewhere = false;  // where the row names none: what name_model() said before it in this input
  std::optional<Instant> start, updated;
  bool began_before = false;  // in a part of the log that is not there: `start` is the first time that is
  bool has_bad_time = false;  // there is a start time that nobody can read
  // Of spans: two instrumentations may log one call as two spans; these tell (see Totals::drop_inner_copies).
  std::string_view scope;
  std::optional<Instant> end;
  Usage usage;                                 // usage.reason != none: the row counts under that reason
  std::optional<Tokens> num_ctx, num_predict;  // as the request asked
  std::optional<Tokens> window;                // of the server that answered, whoever asked for it
  std::optional<Tokens> slots;                 // of that server
  Tokens busy = 0;                             // of these, when it began, its own included; 0: not known
  Body body;  // left empty: what the record has under the keys of Format::body
  // Of a row that stands for many calls alike, counted where they lie: how many (> 0), and when the last of
  // them started. Such a row has no id: there are no versions of it.
  i64 count = 1;
  std::optional<Instant> last;
};

// What a record says of the rows inside of it. A row's own word wins.
struct Around {
  std::optional<Instant> start;
  std::string_view job, model;
  std::optional<Tokens> num_ctx, num_predict;
};

class Sink {
 public:
  virtual ~Sink() = default;
  virtual void add(const Call& call) = 0;
  // A record that is no call and says the model of those behind it.
  virtual void name_model(std::string_view model) = 0;
  // A JSON object inside the record that is a row (or page) of its own.
  virtual void nested(std::string_view object, const Around& around = {}) = 0;
  // The same for text that had to be decoded first (a recorded body).
  virtual void nested_text(std::string_view text, const Around& around = {}) = 0;
};

// A value that holds a row, rows in an array, or the text of either. False: it holds none.
bool add_rows_of(Value value, const Around& around, Scratch& scratch, Sink& sink);

inline Call unusable(Reason reason) {
  Call call;
  call.usage.reason = reason;
  return call;
}

// The start of a call. What is no time, and no number either, is remarked on; numbers may count from
// anywhere.
void read_start(Value value, Scratch& scratch, Call& call);

}  // namespace ctxcap::ingest
