#include "ingest/totals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <numeric>

#include "ingest/formats.hpp"
#include "ingest/names.hpp"

namespace ctxcap::ingest {
namespace {

std::string format_names(std::uint64_t seen) {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < formats().size(); ++i) {
    const std::string_view name = formats()[i]->name;
    if ((seen >> i & 1) != 0 && std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(name);
  }
  return fmt::format("{}", fmt::join(names, "+"));
}

}  // namespace

void Totals::begin_input(std::string source) {
  inputs_.push_back({.source = std::move(source)});
  formats_.push_back(0);
}

void Totals::add(Tally&& piece, Start start) {
  const std::uint32_t input = static_cast<std::uint32_t>(inputs_.size() - 1);
  inputs_[input].rows += piece.rows;
  inputs_[input].used += piece.used;
  formats_[input] |= piece.formats;

  std::vector<std::uint32_t> renumber(piece.names.size());
  for (std::uint32_t i = 0; i < piece.names.size(); ++i) {
    renumber[i] = all_.names.number_of(piece.names.text_of(i));
  }
  all_.histograms.merge(piece.histograms, renumber);
  const auto placed = [&](Place place) { return Place{.input = input, .line = place.line + start.line - 1}; };
  const auto take = [&](auto& mine, const auto& others) {
    for (std::size_t i = 0; i < mine.size(); ++i) {
      if (others[i].count > 0) mine[i].add(placed(others[i].first), others[i].count);
    }
  };
  take(all_.skipped, piece.skipped);
  take(all_.remarked, piece.remarked);
  for (const NotedRow& row : piece.noted) tell(row, input, start);
  for (HeldRow& row : piece.held) {
    if (row.reason != Reason::none) continue;
    row.request.job = renumber[row.request.job];
    row.request.model = renumber[row.request.model];
  }
  for (TimedCall& call : piece.timed) call.held.piece = static_cast<std::uint32_t>(held_.size());
  all_.timed.insert(all_.timed.end(), piece.timed.begin(), piece.timed.end());
  if (!piece.held.empty()) {
    piece.held.shrink_to_fit();
    held_.push_back({.input = input,
                     .start = start,
                     .rows = std::move(piece.held),
                     .spots = std::move(piece.held_spots)});
  }
  for (Root& root : piece.roots) root.name = renumber[root.name];
  all_.roots.insert(all_.roots.end(), piece.roots.begin(), piece.roots.end());
}

// Whether of two versions of one id the first counts: the one updated last; among those updated at the same
// time one that has counts; then the earliest in the input.
bool Totals::outranks(HeldPlace a, HeldPlace b) const {
  const auto rank = [&](HeldPlace place) {
    const HeldRow& row = row_at(place);
    return std::pair(row.updated, row.reason == Reason::none);
  };
  return rank(a) != rank(b) ? rank(a) > rank(b) : a < b;
}

// Of the rows with one id one counts, the others become duplicates.
void Totals::mark_duplicates() {
  struct Version {
    std::array<std::uint64_t, 2> id;
    HeldPlace place;
    auto operator<=>(const Version&) const = default;
  };
  std::size_t rows = 0;
  for (const Piece& piece : held_) rows += piece.rows.size();
  std::vector<Version> versions;
  versions.reserve(rows);
  for (std::uint32_t piece = 0; piece < held_.size(); ++piece) {
    for (std::uint32_t row = 0; row < held_[piece].rows.size(); ++row) {
      const HeldPlace place{piece, row};
      if (row_at(place).id[0] != 0) versions.push_back({row_at(place).id, place});
    }
  }
  std::sort(versions.begin(), versions.end());
  for (std::size_t i = 1, best = 0; i < versions.size(); ++i) {
    if (versions[i].id != versions[best].id) {
      best = i;
      continue;
    }
    const bool better = outranks(versions[i].place, versions[best].place);
    HeldRow& loser = row_at(versions[better ? best : i].place);
    loser.reason = Reason::duplicate;
    loser.remarks = {};
    if (better) best = i;
  }
}

// One call logged by two instrumentations: the client library's span and, as the root of a trace of its own,
// that of the HTTP client underneath. Same model, same counts, the inner one's time within the outer one's.
void Totals::drop_inner_copies() {
  const auto counts = [&](const TimedCall& call) {
    const Request& request = row_at(call.held).request;
    return std::tuple(request.model, request.prompt, request.generation);
  };
  const auto later = [&](const TimedCall& a, const TimedCall& b) {
    return std::tuple(counts(a), a.start, -a.end, a.held) < std::tuple(counts(b), b.start, -b.end, b.held);
  };
  std::erase_if(all_.timed, [&](const TimedCall& call) { return row_at(call.held).reason != Reason::none; });
  std::sort(all_.timed.begin(), all_.timed.end(), later);
  std::vector<const TimedCall*> open;  // calls with the same counts that have not ended yet
  for (const TimedCall& call : all_.timed) {
    std::erase_if(open, [&](const TimedCall* other) {
      return counts(*other) != counts(call) || other->end < call.start;
    });
    const bool is_copy = call.is_root && std::any_of(open.begin(), open.end(), [&](const TimedCall* outer) {
                           return outer->scope != call.scope && outer->end >= call.end;
                         });
    if (is_copy) {
      row_at(call.held).reason = Reason::duplicate;
      row_at(call.held).remarks = {};
    } else {
      open.push_back(&call);
    }
  }
}

// The job of a row inside a trace is the name of the trace's root. Several roots: the one that began first.
void Totals::name_jobs_by_roots() {
  std::stable_sort(all_.roots.begin(), all_.roots.end(), [](const Root& a, const Root& b) {
    return std::tie(a.trace, a.start) < std::tie(b.trace, b.start);
  });
  for (Piece& piece : held_) {
    for (HeldRow& row : piece.rows) {
      if (row.trace == 0) continue;
      const auto root = std::lower_bound(all_.roots.begin(), all_.roots.end(), row.trace,
                                         [](const Root& r, std::uint64_t trace) { return r.trace < trace; });
      if (root != all_.roots.end() && root->trace == row.trace) row.request.job = root->name;
    }
  }
}

void Totals::settle(const HeldRow& row, Place place) {
  if (row.reason != Reason::none) {
    all_.skipped[static_cast<std::size_t>(row.reason)].add(place);
    return;
  }
  ++inputs_[place.input].used;
  all_.histograms.add(row.request);
  for (std::size_t remark = 0; remark < kRemarks; ++remark) {
    if (row.remarks.has(static_cast<Remark>(remark))) all_.remarked[remark].add(place);
  }
}

void Totals::settle_held_rows() {
  mark_duplicates();
  drop_inner_copies();
  name_jobs_by_roots();
  for (const Piece& piece : held_) {
    for (std::size_t i = 0; i < piece.rows.size(); ++i) {
      const HeldRow& row = piece.rows[i];
      settle(row, {.input = piece.input, .line = piece.start.line + row.line - 1});
      if (row.reason == Reason::none || piece.spots.empty()) continue;
      tell({.line = row.line, .spot = piece.spots[i], .reason = row.reason}, piece.input, piece.start);
    }
  }
}

void Totals::tell(const NotedRow& row, std::uint32_t input, Start start) const {
  BadRow told{.source = inputs_[input].source,
              .line = start.line + row.line - 1,
              .length = row.spot.length,
              .reason = wording(row.reason).word};
  if (row.spot.offset >= 0) told.offset = start.byte + row.spot.offset;
  on_bad_row_(told);
}

std::string Totals::place_text(Place place) const {
  return fmt::format("{}:{}", inputs_[place.input].source, place.line);
}

TraceSummary Totals::summary() && {
  settle_held_rows();
  TraceSummary summary;
  summary.demands = all_.histograms.demands(all_.names);
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    InputSummary& input = inputs_[i];
    input.format = input.rows == 0 ? "empty" : format_names(formats_[i]);
    if (input.format.empty()) input.format = "unknown";
  }
  const auto write = [&](const auto& table, auto word_of, std::vector<Skip>& list) {
    for (std::size_t i = 0; i < table.size(); ++i) {
      if (table[i].count == 0) continue;
      list.push_back(
          {.reason = std::string(word_of(i)), .count = table[i].count, .first = place_text(table[i].first)});
    }
    std::sort(list.begin(), list.end(), [](const Skip& a, const Skip& b) { return a.reason < b.reason; });
  };
  write(
      all_.skipped, [](std::size_t i) { return wording(static_cast<Reason>(i)).word; }, summary.skipped);
  write(
      all_.remarked, [](std::size_t i) { return wording(static_cast<Remark>(i)).word; }, summary.remarks);
  summary.inputs = std::move(inputs_);
  return summary;
}

}  // namespace ctxcap::ingest
