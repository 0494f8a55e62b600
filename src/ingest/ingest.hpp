#pragma once
// Bytes of traces -> what they say about demand. The door of this room.
//
//   Ingestor ingestor({.threads = 2});
//   TRY(ingestor.whole("traces.jsonl", text));                // what is in memory
//   TRY(ingestor.stream("-", [&](char* into, std::size_t size) { return pipe.read(into, size); }));
//   TRY_ASSIGN(TraceSummary summary, std::move(ingestor).finish());
//
// It is fed; it opens nothing. Several inputs may follow each other; rows with equal ids are counted once
// across all of them. Bad rows are counts with a place (TraceSummary::skipped), errors are inputs that hold
// no rows at all. What comes out depends neither on the pieces in which a stream arrives nor on the number of
// threads.
//
// Memory: the histograms, and per thread a piece of a stream (1 MiB, or a record of up to 8 MiB; of longer
// ones there is only one at a time, and those beyond Options::longest_row are left out). A row that has an id
// waits until the end, for it may come again: 50 bytes each, up to Options::held_in_memory; what is more goes
// to the overflow.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "data/bad_row.hpp"
#include "data/demand.hpp"
#include "data/trace_format.hpp"
#include "ingest/mapping.hpp"

namespace ctxcap::ingest {

// Where rows wait that do not fit into memory: a file without a name, or what a test makes of it.
class Overflow {
 public:
  virtual ~Overflow() = default;
  // Without gaps, each byte once; not from two threads at once.
  virtual Status write(std::uint64_t offset, std::string_view bytes) = 0;
  // What was written; from several threads at once, and beside write.
  virtual Status read(std::uint64_t offset, char* into, std::size_t size) = 0;
};

// Called for each row that is not used, from any thread but never from two at once; in the order of the rows,
// but those that have ids (or wait for a trace's root) come last, from finish(). The views live until it
// returns.
using OnBadRow = std::function<void(const BadRow&)>;

struct Options {
  Mapping mapping;
  int threads = 0;                        // 0: as many as the machine has cores
  bool keep_requests = false;             // fill Demand::sent: memory grows with the rows
  std::size_t most_jobs = 0;              // the smallest beyond so many become one (kOtherJobs); 0: never
  std::size_t batch = 0;                  // bytes that a thread takes at once; 0: a good number
  std::size_t longest_row = 256 << 20;    // bytes; a longer row is a skip
  Overflow* overflow = nullptr;           // nullptr: all rows wait in memory
  std::size_t held_in_memory = 24 << 20;  // bytes of waiting rows, before they go to the overflow
  OnBadRow on_bad_row;                    // memory grows with the rows that have ids and are not used
};

// Reads up to `size` bytes of a stream; 0 at its end. Called from any thread but never from two at once.
using Fill = std::function<Result<std::size_t>(char* into, std::size_t size)>;

// What is known of an input beforehand.
struct Given {
  // It is a server's log, also where nothing in it says so.
  bool is_log = false;
  // It is the next part of the log that was read before it: requests may have begun there.
  bool goes_on = false;
  std::optional<Instant> from, to;  // requests that began outside of [from, to) are left out
};

// How far the input at hand is. Called now and then, from any thread but never from two at once.
struct Progress {
  i64 bytes = 0;  // of this input
  i64 rows = 0;   // of this input
};
using OnProgress = std::function<void(const Progress&)>;

// A part of an input that no thread looks at any more. Called from any thread, from several at once.
using OnRead = std::function<void(std::string_view part)>;

// How many bytes of an input are still there: fewer than were given where somebody cuts it meanwhile. Called
// from any thread but never from two at once.
using Left = std::function<std::size_t()>;

class Ingestor {
 public:
  explicit Ingestor(Options options = {}, OnProgress on_progress = {});
  ~Ingestor();
  Ingestor(Ingestor&&) noexcept;
  Ingestor& operator=(Ingestor&&) noexcept;

  // Both read one input, on all threads. Their error is "not a trace file", with what it seems to be, or the
  // error of `fill`.
  //
  // An input that is in memory as a whole; nothing is copied. kBehind bytes must be readable behind it. What
  // is gone from it may read as anything.
  static constexpr std::size_t kBehind = 64;
  Status whole(std::string source, std::string_view bytes, const OnRead& on_read = {}, const Left& left = {},
               const Given& given = {});
  // An input that arrives: one thread takes in the next piece while the others read theirs.
  Status stream(std::string source, const Fill& fill, const Given& given = {});

  // What all inputs say together. Error: the overflow could not be read back.
  Result<TraceSummary> finish() &&;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// The same for whoever gets rows off the network and pushes them: a second thread reads them while the next
// ones arrive, and at most kMostWaiting bytes wait between the two.
class PushedRows {
 public:
  static constexpr std::size_t kMostWaiting = 4 << 20;

  PushedRows(std::string source, Options options, OnProgress on_progress = {});
  // What was pushed is forgotten unless finish() was called.
  ~PushedRows();

  // Waits while too much is waiting. Error: the rows are none.
  Status push(std::string_view bytes);
  // What all the rows say. Without any row: nothing.
  Result<TraceSummary> finish() &&;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// The job of calls that embed, where they count (Mapping::embeddings).
inline constexpr const char* kEmbeddings = "embeddings";

// Gives rows without a model to the demand that alone can be meant: a refusal names neither model nor job,
// and beside an unchanged cap its demand would be of no use to anybody. Of a whole source: its parts may know
// one model each.
void place_unnamed(TraceSummary& summary);

// Takes the requests of other jobs and models out, and says how many. An empty list keeps all. Errors
// (ErrorKind::usage): there were requests, and none is left; with the names that there are.
Result<i64> keep_only(const std::vector<std::string>& jobs, const std::vector<std::string>& models,
                      TraceSummary& summary);

// The sentence that goes with a word in TraceSummary::skipped or ::remarks; empty for an unknown word.
std::string_view describe(std::string_view word);

// Of inputs in which no row can be used: what they seem to be, and where to find rows that can (an Error of
// ErrorKind::withheld). `skipped` is not empty.
Error nothing_usable(const std::vector<Skip>& skipped);

// In the order in which they are tried; the first that knows a row reads it.
std::vector<TraceFormat> known_formats();

}  // namespace ctxcap::ingest
