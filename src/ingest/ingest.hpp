#pragma once
// Bytes of traces -> what they say about demand. The door of this room.
//
//   Ingestor ingestor({.threads = 2});
//   ingestor.begin("traces.jsonl");
//   while (...) TRY(ingestor.feed(chunk));      // any chunks: the result does not depend on them
//   TRY(ingestor.end());
//   TraceSummary summary = ingestor.finish();
//
// It is fed; it opens nothing. Several inputs may follow each other; rows with equal ids are counted once
// across all of them. Bad rows are counts with a place (TraceSummary::skipped), errors are inputs that hold
// no rows at all. Memory: the longest record, the histograms, and about 100 bytes for each row that has an
// id.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "data/bad_row.hpp"
#include "data/demand.hpp"
#include "data/trace_format.hpp"
#include "ingest/mapping.hpp"

namespace ctxcap::ingest {

// Called for each row that is not used, from the thread that feeds; in the order of the rows, but those that
// have ids (or wait for a trace's root) come last, from finish(). The views live until it returns.
using OnBadRow = std::function<void(const BadRow&)>;

struct Options {
  Mapping mapping;
  int threads = 0;             // 0: as many as the machine has cores
  bool keep_requests = false;  // fill Demand::sent: memory grows with the rows
  std::size_t batch = 0;  // bytes of a stream that are gathered before they are read; 0: 4 MiB per thread
  OnBadRow on_bad_row;    // takes 16 bytes for each row that has an id
};

// How far the input at hand is. Called now and then, from any thread but never from two at once.
struct Progress {
  i64 bytes = 0;  // of this input
  i64 rows = 0;   // of this input
};
using OnProgress = std::function<void(const Progress&)>;

class Ingestor {
 public:
  explicit Ingestor(Options options = {}, OnProgress on_progress = {});
  ~Ingestor();
  Ingestor(Ingestor&&) noexcept;
  Ingestor& operator=(Ingestor&&) noexcept;

  // An input in pieces. The error of feed and end is "not a trace file", with what it seems to be.
  void begin(std::string source);
  Status feed(std::string_view bytes);
  Status end();

  // An input that is in memory as a whole: cut at line ends and read on all threads, without a copy.
  // kBehind bytes must be readable behind it.
  static constexpr std::size_t kBehind = 64;
  Status whole(std::string source, std::string_view bytes);

  // Everything so far. The ingestor is empty afterwards.
  TraceSummary finish();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// The sentence that goes with a word in TraceSummary::skipped or ::remarks; empty for an unknown word.
std::string_view describe(std::string_view word);

// In the order in which they are tried; the first that knows a row reads it.
std::vector<TraceFormat> known_formats();

}  // namespace ctxcap::ingest
