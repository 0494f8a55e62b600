#pragma once
// What one thread has counted, of all pieces that it read.

#include <array>
#include <bitset>
#include <cstdint>
#include <vector>

#include "ingest/formats.hpp"
#include "ingest/histograms.hpp"
#include "ingest/interner.hpp"
#include "ingest/other_rules.hpp"
#include "ingest/reasons.hpp"
#include "ingest/shelves.hpp"

namespace ctxcap::ingest {

// A row that is not used, by a reason that is settled.
struct NotedRow {
  Place place;
  Spot spot;
  Reason reason = Reason::none;
  auto operator<=>(const NotedRow&) const = default;
};

struct Tally {
  Tally(Names& all_names, Shelves& shelves, bool keep_requests, bool note_bad_rows)
      : names(all_names), histograms(keep_requests), held(shelves), notes_bad_rows(note_bad_rows) {}

  struct OfInput {
    i64 rows = 0;
    i64 used = 0;
    std::bitset<kMostFormats> formats;  // those that read its rows
  };
  OfInput& of_input(std::size_t number) {
    if (inputs.size() <= number) inputs.resize(number + 1);
    return inputs[number];
  }
  void skip(Reason reason, Place place, Spot spot, i64 times = 1) {
    skipped[static_cast<std::size_t>(reason)].add(place, times);
    if (notes_bad_rows) noted.push_back({.place = place, .spot = spot, .reason = reason});
  }
  // A row whose time has come.
  void count(const Request& request, Remarks remarks, Place place, std::size_t input);
  // A row that stands for many; see Histograms::add_many.
  void count_many(const Request& request, i64 times, i64 last, Remarks remarks, Place place,
                  std::size_t input);
  // Shelves a row for the first stage from `next` on that it has to wait for; counts it where there is none.
  void pass_on(const HeldRow& row, Stage next, std::size_t input);

  std::vector<OfInput> inputs;
  NameCache names;
  Histograms histograms;
  Shelves::Writer held;
  std::array<Occurrences, kReasons> skipped;
  std::array<Occurrences, kRemarks> remarked;
  OtherRules other_rules;
  std::uint32_t found_parts = 0;  // bit per Part: some row has what was mapped to it
  bool notes_bad_rows;
  std::vector<NotedRow> noted;  // those that nobody was told about yet
};

}  // namespace ctxcap::ingest
