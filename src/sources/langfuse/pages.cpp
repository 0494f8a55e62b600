// What a page means for the rest of its window.

#include <algorithm>
#include <iterator>

#include "sources/langfuse/json_scan.hpp"
#include "sources/langfuse/walk.hpp"

namespace ctxcap::sources::langfuse {
namespace {

constexpr i64 kShortest = 60'000;  // ms: a window that is not halved any more
constexpr i64 kPagesWorthAWindow = 2;
constexpr i64 kMostPasses = 3;  // v1: walks over rows that change their places

i64 milliseconds(i64 micros) {
  return micros / 1000;
}

bool is_instant(const OpenWindow& open) {
  return open.window.to - open.window.from <= 1;
}

// By what was seen so far.
i64 pages_left(const OpenWindow& open) {
  const double seen = static_cast<double>(std::max<i64>(1, open.window.to - open.last));
  const double left = static_cast<double>(std::max<i64>(0, open.last - open.window.from));
  return static_cast<i64>(std::min(1e9, left / seen * static_cast<double>(open.pages)));
}

}  // namespace

// Half the period where that may help, else half the rows.
Status Walker::ask_for_less(OpenWindow open, const Answer& answer) {
  const Period rest = rest_of(open);
  const i64 limit = open.window.limit;
  const bool dated = open.window.walk == Walk::calls || open.window.walk == Walk::roots;
  if (answer.act == Act::narrow && dated && rest.to - rest.from > kShortest) {
    std::vector<OpenWindow> halves = windows_of(rest, open.window.walk, limit, 2);
    std::move(halves.rbegin(), halves.rend(),
              std::back_inserter(state_.todo));  // the newer is asked for first
    return {};
  }
  if (limit <= 1) return fail(answer.error);
  if (state_.api == Api::v1)
    open = windows_of(rest, open.window.walk, limit).front();  // pages are counted anew
  open.window.limit = (limit + 1) / 2;
  state_.todo.push_back(std::move(open));
  return {};
}

void Walker::keep(char kind, const Row& row, bool lengths) {
  add_text(kind, needed_of(row.text, lengths));
}

void Walker::add_text(char kind, std::string row) {
  row.reserve(row.size() + kReadPadding);
  if (const auto read = reader_.row(row)) journal_.add(kind, *read);
}

Status Walker::keep_rows(OpenWindow& open, const Page& page) {
  const bool roots = open.window.walk == Walk::roots;
  for (const Row& row : page.rows) {
    if (row.id.empty()) {
      ++without_id_;
      continue;
    }
    TRY(check_project(row.project));
    if (row.start != 0) open.last = milliseconds(row.start);
    if (roots && state_.api == Api::v1) {
      add_text('r', trace_as_root(row.text));
    } else if (roots) {
      // Servers that do not know isRootObservation ignore it.
      if (!row.nested()) keep('r', row, false);
    } else {
      keep('c', row, options_.query.lengths);
      ++state_.rows;
      const bool is_older = state_.oldest == 0 || milliseconds(row.start) < state_.oldest;
      if (state_.api == Api::v2 && row.start != 0 && is_older) state_.oldest = milliseconds(row.start);
      if (options_.query.ends_by_number()) state_.ids.emplace(row.id);
      const bool wants_root =
          !is_given(row.trace_name) || (!options_.query.tags.empty() && !is_given(row.tags));
      state_.unnamed = state_.unnamed || (row.nested() && wants_root);
      state_.estimates = state_.estimates || may_be_estimated(row);
    }
  }
  return {};
}

Status Walker::take_page(OpenWindow open, const Page& page) {
  const i64 first_start = page.rows.empty() ? 0 : milliseconds(page.rows.front().start);
  ++open.pages;
  const i64 last_of_before = open.last;
  TRY(keep_rows(open, page));
  const Walk walk = open.window.walk;
  // v1: rows of one millisecond have no order; where a page border falls between them, some may be missed.
  const bool torn =
      state_.api == Api::v1 && first_start != 0 && first_start == last_of_before && !is_instant(open);
  if (walk == Walk::calls && enough()) {
    stop_here(open, page);
  } else if (state_.api == Api::v2) {
    go_on_v2(std::move(open), page);
  } else {
    go_on_v1(std::move(open), page);
  }
  if (torn) {
    for (OpenWindow& tie :
         windows_of({first_start, first_start + 1}, walk, most_rows(state_.api, walk, options_.query)))
      state_.todo.push_back(std::move(tie));
  }
  return {};
}

// The newest so many, not counting versions of the same.
bool Walker::enough() const {
  return options_.query.ends_by_number() && static_cast<i64>(state_.ids.size()) >= options_.query.limit;
}

void Walker::stop_here(const OpenWindow& open, const Page& page) {
  const bool is_last = page.cursor.empty() && open.window.page >= page.total_pages;
  state_.cut = state_.cut || !is_last || !state_.todo.empty();
  std::erase_if(state_.todo, [](const OpenWindow& left) { return !is_instant(left); });
  if (!page.cursor.empty()) note_border(page);
}

// v2: the versions of a call may stand on both sides of a page's end.
void Walker::note_border(const Page& page) {
  if (page.rows.empty()) return;
  state_.borders.push_back(unescaped_inside(page.rows.back().trace));
  journal_.add('b', state_.borders.back());
}

void Walker::go_on_v2(OpenWindow open, const Page& page) {
  if (page.cursor.empty()) return;
  if (open.window.walk == Walk::calls) note_border(page);
  if (open.window.walk == Walk::borders && !is_instant(open)) {
    // A trace of more than a page has borders inside.
    OpenWindow tie = open;
    tie.window.cursor.clear();
    tie.window.from = page.rows.empty() ? open.window.from : milliseconds(page.rows.back().start);
    tie.window.to = tie.window.from + 1;
    state_.todo.push_back(std::move(tie));
  }
  open.window.cursor = page.cursor;
  const i64 left = pages_left(open);
  put_back(std::move(open), left);
}

// totalItems counts every stored version of a row, so it never ends a walk too early; when it shrinks,
// versions were merged and rows moved up, maybe over a page border.
void Walker::go_on_v1(OpenWindow open, const Page& page) {
  open.empty_pages = page.rows.empty() ? open.empty_pages + 1 : 0;
  const bool shrunk = page.total_items < open.items;
  const bool one_instant = is_instant(open);
  const bool over = open.window.page >= page.total_pages || open.empty_pages >= 2;
  open.items = page.total_items;
  if (shrunk || (over && one_instant && page.total_pages > 1)) {
    if (open.passes + 1 >= kMostPasses) {
      if (over) return;
    } else {
      const i64 passes = open.passes + 1;
      open = windows_of({open.window.from, open.window.to}, open.window.walk, open.window.limit).front();
      open.passes = passes;
      state_.todo.push_back(std::move(open));
      return;
    }
  }
  if (over) return;
  ++open.window.page;
  const i64 left = page.total_pages - open.window.page + 1;
  put_back(std::move(open), left);
}

// What is left of a window may keep several requests busy: then it is cut, but never into less than two pages
// each, because every window ends in a page that is not full.
void Walker::put_back(OpenWindow open, i64 left) {
  const i64 idle = options_.concurrency - 1 - static_cast<i64>(under_way_.size() + state_.todo.size());
  const i64 parts = std::min(idle + 1, left / kPagesWorthAWindow);
  const bool dated = open.window.walk == Walk::calls || open.window.walk == Walk::roots;
  const Period rest = rest_of(open);
  if (parts < 2 || !dated || options_.query.ends_by_number() || rest.to - rest.from < 2 * kShortest) {
    state_.todo.push_back(std::move(open));
    return;
  }
  for (OpenWindow& part : windows_of(rest, open.window.walk, open.window.limit, parts)) {
    state_.todo.push_back(std::move(part));
  }
}

}  // namespace ctxcap::sources::langfuse
