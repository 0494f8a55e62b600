#include "ingest/tally.hpp"

namespace ctxcap::ingest {

void Tally::count(const Request& request, Remarks remarks, Place place, std::size_t input) {
  ++of_input(input).used;
  histograms.add(request, place);
  if (remarks.empty()) return;
  if (remarks.has(Remark::refused_floor)) histograms.note_refusal(request, 1);
  if (remarks.has(Remark::upper_ends)) histograms.note_upper_ends(request);
  for (std::size_t remark = 0; remark < kRemarks; ++remark) {
    if (remarks.has(static_cast<Remark>(remark))) remarked[remark].add(place);
  }
}

void Tally::count_many(const Request& request, i64 times, i64 last, Remarks remarks, Place place,
                       std::size_t input) {
  of_input(input).used += times;
  histograms.add_many(request, times, last);
  if (remarks.has(Remark::refused_floor)) histograms.note_refusal(request, times);
  if (remarks.has(Remark::upper_ends)) histograms.note_upper_ends(request);
  for (std::size_t remark = 0; remark < kRemarks; ++remark) {
    if (remarks.has(static_cast<Remark>(remark))) remarked[remark].add(place, times);
  }
}

void Tally::pass_on(const HeldRow& row, Stage next, std::size_t input) {
  const Request& request = row.request;
  if (next == Stage::versions && row.has_id) return held.put(Stage::versions, row.id.high, row);
  if (row.reason != Reason::none) return skip(row.reason, row.place, row.spot);
  if (next <= Stage::copies && row.kind == HeldRow::Kind::timed) {
    const std::array<std::uint32_t, 3> counts{request.model, request.prompt,
                                              static_cast<std::uint32_t>(request.generation)};
    const std::string_view bytes(reinterpret_cast<const char*>(counts.data()), sizeof counts);
    return held.put(Stage::copies, hash_of(bytes, 6), row);
  }
  if (next <= Stage::jobs && row.trace != 0) return held.put(Stage::jobs, row.trace, row);
  count(request, row.remarks, row.place, input);
}

}  // namespace ctxcap::ingest
