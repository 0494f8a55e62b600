#pragma once
// All pieces of all inputs together, and the summary made of them.

#include <string>
#include <vector>

#include "ingest/tally.hpp"

namespace ctxcap::ingest {

class Totals {
 public:
  explicit Totals(bool keep_requests) { all_.histograms.keep_requests = keep_requests; }
  void begin_input(std::string source);
  // Takes in a piece of the input begun last, whose first line has that number. Pieces come in their order.
  void add(Tally&& piece, i64 first_line);
  i64 rows_of_input() const { return inputs_.back().rows; }

  // Settles what had to wait (versions of one id, jobs named by a trace's root) and writes it all down.
  TraceSummary summary() &&;

 private:
  void settle_held_rows();
  void settle(const HeldRow& row, Place place);
  void mark_duplicates();
  bool outranks(HeldPlace a, HeldPlace b) const;
  void drop_inner_copies();
  void name_jobs_by_roots();
  std::string place_text(Place place) const;
  HeldRow& row_at(HeldPlace place) { return held_[place.piece].rows[place.row]; }
  const HeldRow& row_at(HeldPlace place) const { return held_[place.piece].rows[place.row]; }

  std::vector<InputSummary> inputs_;
  std::vector<std::uint64_t> formats_;  // per input, bits of the format table
  Tally all_;  // all_.held stays empty: rows are kept as they came, in pieces that are never copied
  struct Piece {
    std::uint32_t input = 0;
    i64 first_line = 1;
    std::vector<HeldRow> rows;
  };
  std::vector<Piece> held_;
};

}  // namespace ctxcap::ingest
