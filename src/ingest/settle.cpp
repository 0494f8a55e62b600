#include "ingest/settle.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <iterator>
#include <mutex>
#include <thread>
#include <tuple>
#include <unordered_set>
#include <utility>
#include <vector>

namespace ctxcap::ingest {
namespace {

// Below so many bytes of held rows one thread is faster than two.
constexpr std::size_t kWorthThreads = 1 << 20;

struct RowIdHash {
  std::size_t operator()(const RowId& id) const { return static_cast<std::size_t>(id.high); }
};
using Parents = std::unordered_set<RowId, RowIdHash>;

class Shelf {
 public:
  Shelf(std::string rows, Tally& tally, const InputOf& input_of)
      : rows_(std::move(rows)), tally_(&tally), input_of_(&input_of) {}

  void choose_versions();
  void drop_copies();
  void name_jobs();

 private:
  // visit(where a row begins)
  template <typename Visit>
  void each_place(Visit visit) const {
    for (const char *at = rows_.data(), *end = at + rows_.size(); at < end; at = next_row(at)) {
      visit(static_cast<std::uint32_t>(at - rows_.data()));
    }
  }
  template <typename Visit>
  void each(Visit visit) const {
    each_place([&](std::uint32_t at) { visit(row_at(at)); });
  }
  RowId id_of(std::uint32_t at) const { return id_at(rows_.data() + at); }
  bool is_note(std::uint32_t at) const { return is_note_at(rows_.data() + at); }
  HeldRow row_at(std::uint32_t at) const {
    HeldRow row;
    read(rows_.data() + at, row);
    return row;
  }
  void pass_on(const HeldRow& row, Stage next) { tally_->pass_on(row, next, (*input_of_)(row.place)); }

  std::string rows_;
  Tally* tally_;
  const InputOf* input_of_;
};

// Of the rows with one id one counts, the others are duplicates. There are few: until two ids are equal, no
// more than the ids is looked at. A row that holds others which count only repeats their counts, whatever it
// is called.
void Shelf::choose_versions() {
  constexpr std::uint32_t kEmpty = ~std::uint32_t{0};
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t at = kEmpty;
  };
  std::size_t count = 0;
  Parents parents;
  each_place([&](std::uint32_t at) {
    ++count;
    if (is_note(at)) parents.insert(id_of(at));
  });
  std::vector<Slot> slots(std::bit_ceil(count + count / 2 + 1));
  const std::size_t mask = slots.size() - 1;
  std::vector<std::uint32_t> losers;
  each_place([&](std::uint32_t at) {
    if (is_note(at)) return;
    const RowId id = id_of(at);
    const auto hash = static_cast<std::uint32_t>(id.high);
    std::size_t i = id.high >> 16 & mask;
    while (slots[i].at != kEmpty && (slots[i].hash != hash || id_of(slots[i].at) != id)) i = (i + 1) & mask;
    if (slots[i].at == kEmpty) {
      slots[i] = {.hash = hash, .at = at};
      return;
    }
    const bool better = row_at(at).outranks(row_at(slots[i].at));
    losers.push_back(better ? std::exchange(slots[i].at, at) : at);
  });
  std::sort(losers.begin(), losers.end());
  // In the order of the file, where rows of one day stand together.
  auto loser = losers.begin();
  each_place([&](std::uint32_t at) {
    if (is_note(at)) return;
    HeldRow row = row_at(at);
    const bool is_loser = loser != losers.end() && *loser == at;
    if (is_loser) ++loser;
    if (is_loser) return tally_->skip(Reason::duplicate, row.place, row.spot);
    if (row.reason == Reason::none && parents.contains(row.id)) row.reason = Reason::wrapper;
    pass_on(row, Stage::copies);
  });
}

// One call logged by two instrumentations: the client library's span and, as the root of a trace of its own,
// that of the HTTP client underneath. Same model, same counts, the inner one's time within the outer one's.
void Shelf::drop_copies() {
  std::vector<HeldRow> calls;
  each([&](const HeldRow& row) { calls.push_back(row); });
  const auto counts = [](const HeldRow& call) {
    return std::tuple(call.request.model, call.request.prompt, call.request.generation);
  };
  std::stable_sort(calls.begin(), calls.end(), [&](const HeldRow& a, const HeldRow& b) {
    return std::tuple(counts(a), a.request.start, -a.end, a.place) <
           std::tuple(counts(b), b.request.start, -b.end, b.place);
  });
  struct Outer {
    std::uint64_t scope;
    i64 end;  // of the call that lasts longest
  };
  std::vector<Outer> begun;  // those with the counts at hand
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const HeldRow& call = calls[i];
    if (i > 0 && counts(call) != counts(calls[i - 1])) begun.clear();
    const i64 end = std::max(call.end, call.request.start);
    const bool is_copy = call.is_root && std::any_of(begun.begin(), begun.end(), [&](const Outer& outer) {
                           return outer.scope != call.scope && outer.end >= end;
                         });
    if (is_copy) {
      tally_->skip(Reason::duplicate, call.place, call.spot);
      continue;
    }
    const auto same = std::find_if(begun.begin(), begun.end(),
                                   [&](const Outer& outer) { return outer.scope == call.scope; });
    if (same == begun.end()) {
      begun.push_back({.scope = call.scope, .end = call.end});
    } else {
      same->end = std::max(same->end, call.end);
    }
    pass_on(call, Stage::jobs);
  }
}

// The roots of the traces: of the versions of one the newest, and of several that which began first. One
// whose beginning is unknown comes behind the others.
std::vector<HeldRow> chosen_roots(std::vector<HeldRow> roots) {
  const auto group = [](const HeldRow& root) {
    return std::tuple(root.trace, root.has_id, root.id.high, root.id.low);
  };
  std::sort(roots.begin(), roots.end(), [&](const HeldRow& a, const HeldRow& b) {
    return group(a) != group(b) ? group(a) < group(b) : a.outranks(b);
  });
  const auto same_root = [&](const HeldRow& a, const HeldRow& b) { return a.has_id && group(a) == group(b); };
  roots.erase(std::unique(roots.begin(), roots.end(), same_root), roots.end());
  const auto rank = [](const HeldRow& root) {
    return std::tuple(root.trace, root.request.start == kNoTime, root.request.start, root.place);
  };
  std::sort(roots.begin(), roots.end(),
            [&](const HeldRow& a, const HeldRow& b) { return rank(a) < rank(b); });
  const auto same_trace = [](const HeldRow& a, const HeldRow& b) { return a.trace == b.trace; };
  roots.erase(std::unique(roots.begin(), roots.end(), same_trace), roots.end());
  return roots;
}

// The model that the last note before a row says; before the first of them that one holds.
const HeldRow* model_for(const HeldRow& row, const std::vector<HeldRow>& notes) {
  const auto key = [](const HeldRow& held) { return std::pair(held.trace, held.place); };
  const auto behind = std::upper_bound(notes.begin(), notes.end(), row,
                                       [&](const HeldRow& a, const HeldRow& b) { return key(a) < key(b); });
  if (behind != notes.begin() && std::prev(behind)->trace == row.trace) return &*std::prev(behind);
  return behind != notes.end() && behind->trace == row.trace ? &*behind : nullptr;
}

// The job of a row inside a trace is the name of the trace's root; the model of one that names none is what
// its file says elsewhere.
void Shelf::name_jobs() {
  std::vector<HeldRow> roots, models;
  each([&](const HeldRow& row) {
    if (row.kind == HeldRow::Kind::note) (row.note == HeldRow::Note::root ? roots : models).push_back(row);
  });
  roots = chosen_roots(std::move(roots));
  std::sort(models.begin(), models.end(), [](const HeldRow& a, const HeldRow& b) {
    return std::tie(a.trace, a.place) < std::tie(b.trace, b.place);
  });
  each([&](const HeldRow& row) {
    if (row.kind == HeldRow::Kind::note) return;
    HeldRow named = row;
    const auto root = std::lower_bound(roots.begin(), roots.end(), row.trace,
                                       [](const HeldRow& a, std::uint64_t trace) { return a.trace < trace; });
    if (root != roots.end() && root->trace == row.trace) named.request.job = root->request.job;
    if (const HeldRow* const note = model_for(row, models)) named.request.model = note->request.model;
    pass_on(named, Stage::done);
  });
}

Status settle_stage(Stage stage, Shelves& shelves, std::span<Tally* const> tallies, const InputOf& input_of) {
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  Status status;
  const auto work = [&](Tally& tally) {
    for (std::size_t i = next++; i < Shelves::kPerStage; i = next++) {
      Result<std::string> rows = shelves.take(stage, i);
      if (!rows) {
        const std::scoped_lock lock(mutex);
        status = fail(std::move(rows).error());
        return;
      }
      Shelf shelf(std::move(*rows), tally, input_of);
      if (stage == Stage::versions) shelf.choose_versions();
      if (stage == Stage::copies) shelf.drop_copies();
      if (stage == Stage::jobs) shelf.name_jobs();
    }
  };
  std::vector<std::thread> others;
  if (shelves.shelved() > kWorthThreads) {
    for (Tally* tally : tallies.subspan(1)) others.emplace_back([&work, tally] { work(*tally); });
  }
  work(*tallies.front());
  for (std::thread& other : others) other.join();
  return status;
}

}  // namespace

Status settle(Shelves& shelves, std::span<Tally* const> tallies, const InputOf& input_of) {
  for (const Stage stage : {Stage::versions, Stage::copies, Stage::jobs}) {
    for (Tally* tally : tallies) tally->held.flush();
    TRY(settle_stage(stage, shelves, tallies, input_of));
  }
  shelves.clear();
  return {};
}

}  // namespace ctxcap::ingest
