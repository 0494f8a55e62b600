#pragma once
// All pieces of all inputs together, and the summary made of them.

#include <string>
#include <vector>

#include "ingest/tally.hpp"

namespace ctxcap::ingest {

class Totals {
 public:
  void begin_input(std::string source);
  // Takes in a piece of the input begun last, whose first line has that number. Pieces come in their order.
  void add(Tally&& piece, i64 first_line);
  i64 rows_of_input() const { return inputs_.back().rows; }

  // Settles what had to wait (versions of one id, jobs named by a trace's root) and writes it all down.
  TraceSummary summary() &&;

 private:
  void settle_held_rows();
  void mark_duplicates();
  bool outranks(std::uint32_t a, std::uint32_t b) const;
  void drop_inner_copies();
  void name_jobs_by_roots();
  std::string place_text(Place place) const;

  std::vector<InputSummary> inputs_;
  std::vector<std::uint64_t> formats_;  // per input, bits of the format table
  Tally all_;
};

}  // namespace ctxcap::ingest
