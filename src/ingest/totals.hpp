#pragma once
// All pieces of all inputs together, and the summary made of them.

#include <string>
#include <vector>

#include "ingest/ingest.hpp"
#include "ingest/tally.hpp"

namespace ctxcap::ingest {

class Totals {
 public:
  Totals(bool keep_requests, OnBadRow on_bad_row) : on_bad_row_(std::move(on_bad_row)) {
    all_.histograms.keep_requests = keep_requests;
  }
  void begin_input(std::string source);
  // Takes in a piece of the input begun last, which starts there. Pieces come in their order.
  struct Start {
    i64 line = 1, byte = 0;
  };
  void add(Tally&& piece, Start start);
  i64 rows_of_input() const { return inputs_.back().rows; }

  // Settles what had to wait (versions of one id, jobs named by a trace's root) and writes it all down.
  TraceSummary summary() &&;

 private:
  void settle_held_rows();
  void settle(const HeldRow& row, Place place);
  void tell(const NotedRow& row, std::uint32_t input, Start start) const;
  void mark_duplicates();
  bool outranks(HeldPlace a, HeldPlace b) const;
  void drop_inner_copies();
  void name_jobs_by_roots();
  std::string place_text(Place place) const;
  HeldRow& row_at(HeldPlace place) { return held_[place.piece].rows[place.row]; }
  const HeldRow& row_at(HeldPlace place) const { return held_[place.piece].rows[place.row]; }

  OnBadRow on_bad_row_;
  std::vector<InputSummary> inputs_;
  std::vector<std::uint64_t> formats_;  // per input, bits of the format table
  Tally all_;  // all_.held stays empty: rows are kept as they came, in pieces that are never copied
  struct Piece {
    std::uint32_t input = 0;
    Start start;
    std::vector<HeldRow> rows;
    std::vector<Spot> spots;  // of `rows`; empty unless bad rows are told
  };
  std::vector<Piece> held_;
};

}  // namespace ctxcap::ingest
