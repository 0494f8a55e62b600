#include "sources/langfuse_walk.hpp"

#include <algorithm>
#include <iterator>

#include "sources/json_scan.hpp"

namespace ctxcap::sources {
namespace {

constexpr i64 kShortest = 60'000;     // ms: a window that is not halved any more
constexpr i64 kRootLead = 3'600'000;  // ms that a root may begin before the period of its calls
constexpr i64 kMostPasses = 3;        // v1: walks over rows that change their places
constexpr i64 kPagesWorthAWindow = 2;

i64 milliseconds(i64 micros) {
  return micros / 1000;
}

// Rows come newest first. What was not seen yet, and the last millisecond again: a page may end inside of it.
Period rest_of(const OpenWindow& open) {
  return {open.window.from, open.last > 0 ? std::min(open.window.to, open.last + 1) : open.window.to};
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

std::vector<OpenWindow> windows_of(Period period, LangfuseWalk walk, i64 limit, i64 count) {
  std::vector<OpenWindow> windows;
  const i64 length = std::max<i64>(1, (period.to - period.from + count - 1) / std::max<i64>(1, count));
  for (i64 to = period.to; to > period.from; to -= length) {
    OpenWindow open;
    open.window = {.walk = walk, .from = std::max(period.from, to - length), .to = to, .limit = limit};
    windows.push_back(std::move(open));
  }
  return windows;
}

LangfuseWalker::LangfuseWalker(const LangfuseOptions& options, const PullPorts& ports, PullState& state,
                               Journal& journal, Period whole, bool fresh, OnPullProgress on_progress)
    : options_(options),
      state_(state),
      journal_(journal),
      whole_(whole),
      fresh_(fresh),
      on_progress_(std::move(on_progress)),
      client_(options.server, ports, options.concurrency, [this](std::chrono::seconds left) { tell(left); }) {
}

Status LangfuseWalker::run() {
  while (state_.stage != PullStage::done) {
    TRY(walk());
    switch (state_.stage) {
      case PullStage::calls:
        if (state_.rows == 0) {
          TRY_ASSIGN(const InV1 v1, look_into_v1());
          if (v1 == InV1::rows) break;  // and they are walked next
          if (fresh_) TRY(explain_nothing(v1));
        }
        begin_stage(PullStage::borders);
        break;
      case PullStage::borders:
        begin_stage(PullStage::roots);
        break;
      case PullStage::roots:
        begin_stage(PullStage::models);
        break;
      case PullStage::models:
        if (state_.estimates) TRY(read_models());
        begin_stage(PullStage::done);
        break;
      case PullStage::done:
        break;
    }
    TRY(mark());
  }
  return {};
}

void LangfuseWalker::begin_stage(PullStage stage) {
  state_.stage = stage;
  if (stage == PullStage::borders) {
    std::sort(state_.borders.begin(), state_.borders.end());
    state_.borders.erase(std::unique(state_.borders.begin(), state_.borders.end()), state_.borders.end());
    for (std::size_t at = 0; at < state_.borders.size(); at += kMostTraces) {
      std::vector<OpenWindow> one = windows_of(whole_, LangfuseWalk::borders,
                                               most_rows(state_.api, LangfuseWalk::borders, options_.query));
      const auto first = state_.borders.begin() + static_cast<std::ptrdiff_t>(at);
      const std::size_t count = std::min(kMostTraces, state_.borders.size() - at);
      one.front().window.traces.assign(first, first + static_cast<std::ptrdiff_t>(count));
      state_.todo.push_back(std::move(one.front()));
    }
    state_.borders.clear();
  } else if (stage == PullStage::roots && state_.rows > 0 &&
             (state_.unnamed || state_.api == LangfuseApi::v1)) {
    state_.todo = windows_of({whole_.from - kRootLead, whole_.to}, LangfuseWalk::roots,
                             most_rows(state_.api, LangfuseWalk::roots, options_.query));
  }
}

// The first request alone finds out which API there is. Where the newest rows are to come first, each waits
// for the one before.
Status LangfuseWalker::walk() {
  const auto may_ask = [&] {
    const bool one_by_one = state_.api == LangfuseApi::unknown || options_.query.ends_by_number();
    return !state_.todo.empty() && (under_way_.empty() || !one_by_one);
  };
  while (!state_.todo.empty() || !under_way_.empty()) {
    while (may_ask()) {
      OpenWindow open = std::move(state_.todo.back());
      state_.todo.pop_back();
      const std::size_t tag = next_tag_++;
      client_.ask(tag, langfuse_path(state_.api, open.window, options_.query));
      under_way_[tag] = std::move(open);
    }
    TRY_ASSIGN(LangfuseAnswer answer, client_.next());
    TRY(take(answer));
    client_.done_with(std::move(answer));
    TRY(mark());
    tell(std::chrono::seconds(0));
  }
  return {};
}

Status LangfuseWalker::take(const LangfuseAnswer& answer) {
  OpenWindow open = std::move(under_way_[answer.tag]);
  under_way_.erase(answer.tag);
  switch (answer.act) {
    case Act::use:
      if (state_.api == LangfuseApi::unknown) state_.api = LangfuseApi::v2;
      ++pages_;
      return take_page(std::move(open), answer.page);
    case Act::other_api:
      return use_other_api(std::move(open), answer.error);
    default:
      return ask_for_less(std::move(open), answer);
  }
}

Status LangfuseWalker::use_other_api(OpenWindow open, const Error& error) {
  if (state_.api != LangfuseApi::unknown) return fail(error);
  state_.api = LangfuseApi::v1;
  open.window.limit = std::min(open.window.limit, most_rows(state_.api, open.window.walk, options_.query));
  state_.todo.push_back(std::move(open));
  for (OpenWindow& waiting : state_.todo) {
    waiting.window.limit =
        std::min(waiting.window.limit, most_rows(state_.api, waiting.window.walk, options_.query));
  }
  return {};
}

// Half the period where that may help, else half the rows.
Status LangfuseWalker::ask_for_less(OpenWindow open, const LangfuseAnswer& answer) {
  const Period rest = rest_of(open);
  const i64 limit = open.window.limit;
  const bool dated = open.window.walk == LangfuseWalk::calls || open.window.walk == LangfuseWalk::roots;
  if (answer.act == Act::narrow && dated && rest.to - rest.from > kShortest) {
    std::vector<OpenWindow> halves = windows_of(rest, open.window.walk, limit, 2);
    std::move(halves.rbegin(), halves.rend(),
              std::back_inserter(state_.todo));  // the newer is asked for first
    return {};
  }
  if (limit <= 1) return fail(answer.error);
  if (state_.api == LangfuseApi::v1)
    open = windows_of(rest, open.window.walk, limit).front();  // pages are counted anew
  open.window.limit = (limit + 1) / 2;
  state_.todo.push_back(std::move(open));
  return {};
}

// Most rows can be kept as they are.
void LangfuseWalker::keep(char kind, const LangfuseRow& row, bool lengths) {
  // Not find_first_of(): it looks at every letter with a call.
  const auto has = [&](char c) { return row.text.find(c) != std::string_view::npos; };
  if (!row.has_bodies && !has('\n') && !has('\r')) return journal_.add(kind, row);
  add_text(kind, without_bodies(row.text, lengths));
}

void LangfuseWalker::add_text(char kind, std::string row) {
  row.reserve(row.size() + kReadPadding);
  if (const auto read = reader_.row(row)) journal_.add(kind, *read);
}

void LangfuseWalker::keep_rows(OpenWindow& open, const LangfusePage& page) {
  const bool roots = open.window.walk == LangfuseWalk::roots;
  for (const LangfuseRow& row : page.rows) {
    if (row.id.empty()) continue;
    if (row.start != 0) open.last = milliseconds(row.start);
    if (roots && state_.api == LangfuseApi::v1) {
      add_text('r', trace_as_root(row.text));
    } else if (roots) {
      // Servers that do not know isRootObservation ignore it.
      if (!row.nested()) keep('r', row, false);
    } else {
      keep('c', row, options_.query.lengths);
      ++state_.rows;
      if (options_.query.ends_by_number()) state_.ids.emplace(row.id);
      const bool wants_root =
          !is_given(row.trace_name) || (!options_.query.tags.empty() && !is_given(row.tags));
      state_.unnamed = state_.unnamed || (row.nested() && wants_root);
      state_.estimates = state_.estimates || may_be_estimated(row);
    }
  }
}

Status LangfuseWalker::take_page(OpenWindow open, const LangfusePage& page) {
  const i64 first_start = page.rows.empty() ? 0 : milliseconds(page.rows.front().start);
  ++open.pages;
  const i64 last_of_before = open.last;
  keep_rows(open, page);
  const LangfuseWalk walk = open.window.walk;
  // v1: rows of one millisecond have no order; where a page border falls between them, some may be missed.
  const bool torn =
      state_.api == LangfuseApi::v1 && first_start != 0 && first_start == last_of_before && !is_instant(open);
  if (walk == LangfuseWalk::calls && enough()) {
    stop_here(open, page);
  } else if (state_.api == LangfuseApi::v2) {
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
bool LangfuseWalker::enough() const {
  return options_.query.ends_by_number() && static_cast<i64>(state_.ids.size()) >= options_.query.limit;
}

void LangfuseWalker::stop_here(const OpenWindow& open, const LangfusePage& page) {
  const bool is_last = page.cursor.empty() && open.window.page >= page.total_pages;
  state_.cut = state_.cut || !is_last || !state_.todo.empty();
  std::erase_if(state_.todo, [](const OpenWindow& left) { return !is_instant(left); });
  if (!page.cursor.empty()) note_border(page);
}

// v2: the versions of a call may stand on both sides of a page's end.
void LangfuseWalker::note_border(const LangfusePage& page) {
  if (page.rows.empty()) return;
  state_.borders.push_back(unescaped_inside(page.rows.back().trace));
  journal_.add('b', state_.borders.back());
}

void LangfuseWalker::go_on_v2(OpenWindow open, const LangfusePage& page) {
  if (page.cursor.empty()) return;
  if (open.window.walk == LangfuseWalk::calls) note_border(page);
  if (open.window.walk == LangfuseWalk::borders && !is_instant(open)) {
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
void LangfuseWalker::go_on_v1(OpenWindow open, const LangfusePage& page) {
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
void LangfuseWalker::put_back(OpenWindow open, i64 left) {
  const i64 idle = options_.concurrency - 1 - static_cast<i64>(under_way_.size() + state_.todo.size());
  const i64 parts = std::min(idle + 1, left / kPagesWorthAWindow);
  const bool dated = open.window.walk == LangfuseWalk::calls || open.window.walk == LangfuseWalk::roots;
  const Period rest = rest_of(open);
  if (parts < 2 || !dated || options_.query.ends_by_number() || rest.to - rest.from < 2 * kShortest) {
    state_.todo.push_back(std::move(open));
    return;
  }
  for (OpenWindow& part : windows_of(rest, open.window.walk, open.window.limit, parts)) {
    state_.todo.push_back(std::move(part));
  }
}

// For a single row there is no less to ask for.
Result<LangfuseAnswer> LangfuseWalker::ask_once(LangfuseApi api, const LangfuseWindow& window) {
  for (i64 again = kMostPasses;; --again) {
    client_.ask(next_tag_++, langfuse_path(api, window, options_.query));
    TRY_ASSIGN(LangfuseAnswer answer, client_.next());
    if (answer.act == Act::use || answer.act == Act::other_api) return answer;
    if (again == 0) return fail(std::move(answer.error));
  }
}

Status LangfuseWalker::read_models() {
  for (i64 page = 1;; ++page) {
    client_.ask(next_tag_++, langfuse_models_path(page));
    const Result<LangfuseAnswer> answer = client_.next();
    // Without the definitions a doubt remains a doubt; that is no reason to give up the calls.
    if (!answer || answer->act != Act::use) return {};
    for (const LangfuseRow& model : answer->page.rows) journal_.add('m', without_bodies(model.text, false));
    if (page >= answer->page.total_pages) return {};
  }
}

// The windows under way come first in what is left: their pages were not seen.
Status LangfuseWalker::mark() {
  std::vector<OpenWindow> under_way;
  for (const auto& [tag, open] : under_way_) under_way.push_back(open);
  return journal_.mark(state_text(state_, under_way));
}

void LangfuseWalker::tell(std::chrono::seconds wait) {
  if (!on_progress_) return;
  i64 left = 0;
  const auto count = [&](const OpenWindow& open) {
    if (open.window.walk == LangfuseWalk::calls) left += rest_of(open).to - open.window.from;
  };
  for (const OpenWindow& open : state_.todo) count(open);
  for (const auto& [tag, open] : under_way_) count(open);
  const double length = static_cast<double>(std::max<i64>(1, whole_.to - whole_.from));
  on_progress_({.pages = pages_,
                .rows = state_.rows,
                .share = std::clamp(1 - static_cast<double>(left) / length, 0.0, 1.0),
                .wait = wait});
}

}  // namespace ctxcap::sources
