#include "sources/langfuse/walk.hpp"

#include <algorithm>
#include <iterator>

#include "base/units.hpp"
#include "sources/langfuse/json_scan.hpp"

namespace ctxcap::sources::langfuse {
namespace {

constexpr i64 kRootLead =
    3'600'000;                 // ms that a root may begin before the period of its calls, or a trace behind
constexpr i64 kMostTries = 3;  // for a single row

}  // namespace

// Rows come newest first. What was not seen yet, and the last millisecond again: a page may end inside of it.
Period rest_of(const OpenWindow& open) {
  return {open.window.from, open.last > 0 ? std::min(open.window.to, open.last + 1) : open.window.to};
}

std::vector<OpenWindow> windows_of(Period period, Walk walk, i64 limit, i64 count) {
  std::vector<OpenWindow> windows;
  const i64 length = std::max<i64>(1, (period.to - period.from + count - 1) / std::max<i64>(1, count));
  for (i64 to = period.to; to > period.from; to -= length) {
    OpenWindow open;
    open.window = {.walk = walk, .from = std::max(period.from, to - length), .to = to, .limit = limit};
    windows.push_back(std::move(open));
  }
  return windows;
}

Walker::Walker(const Options& options, const PullPorts& ports, PullState& state, Journal& journal,
               const Task& task, OnPullProgress on_progress)
    : options_(options),
      state_(state),
      journal_(journal),
      task_(task),
      on_progress_(std::move(on_progress)),
      client_(options.server, ports, options.concurrency, options.patient,
              [this](std::chrono::seconds left) { tell(left); }) {}

Status Walker::run() {
  while (state_.stage != PullStage::done) {
    TRY(walk());
    switch (state_.stage) {
      case PullStage::calls:
        if (state_.rows == 0) {
          TRY_ASSIGN(const InV1 v1, look_into_v1(task_.whole));
          if (v1 == InV1::rows) break;  // and they are walked next
          if (task_.fresh) TRY(explain_nothing(v1));
          TRY(look_at_project());
        }
        begin_stage(PullStage::borders);
        break;
      case PullStage::borders:
        begin_stage(PullStage::roots);
        break;
      case PullStage::roots:
        if (may_lack_old_calls()) TRY(look_for_old_calls());
        begin_stage(state_.todo.empty() ? PullStage::models : PullStage::calls);
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
  if (without_id_ > 0)
    notes_.push_back("not pulled: " + counted(without_id_, "row") +
                     " without an id, which cannot be told apart");
  return {};
}

void Walker::begin_stage(PullStage stage) {
  state_.stage = stage;
  if (stage == PullStage::borders) {
    std::sort(state_.borders.begin(), state_.borders.end());
    state_.borders.erase(std::unique(state_.borders.begin(), state_.borders.end()), state_.borders.end());
    for (std::size_t at = 0; at < state_.borders.size(); at += kMostTraces) {
      std::vector<OpenWindow> one =
          windows_of(task_.whole, Walk::borders, most_rows(state_.api, Walk::borders, options_.query));
      const auto first = state_.borders.begin() + static_cast<std::ptrdiff_t>(at);
      const std::size_t count = std::min(kMostTraces, state_.borders.size() - at);
      one.front().window.traces.assign(first, first + static_cast<std::ptrdiff_t>(count));
      state_.todo.push_back(std::move(one.front()));
    }
    state_.borders.clear();
  } else if (stage == PullStage::roots && state_.rows > 0 && (state_.unnamed || state_.api == Api::v1)) {
    Period period{task_.whole.from - kRootLead, task_.whole.to};
    if (state_.api == Api::v1) period.to = state_.old_until.value_or(task_.whole.to) + kRootLead;
    state_.todo = windows_of(period, Walk::roots, most_rows(state_.api, Walk::roots, options_.query));
  }
}

// The first request alone finds out which API there is. Where the newest rows are to come first, each waits
// for the one before.
Status Walker::walk() {
  const auto may_ask = [&] {
    const bool one_by_one = state_.api == Api::unknown || options_.query.ends_by_number();
    return !state_.todo.empty() && (under_way_.empty() || !one_by_one);
  };
  while (!state_.todo.empty() || !under_way_.empty()) {
    while (may_ask()) {
      OpenWindow open = std::move(state_.todo.back());
      state_.todo.pop_back();
      const std::size_t tag = next_tag_++;
      client_.ask(tag, path_of(state_.api, open.window, options_.query));
      under_way_[tag] = std::move(open);
    }
    TRY_ASSIGN(Answer answer, client_.next());
    TRY(take(answer));
    client_.done_with(std::move(answer));
    TRY(mark());
    tell(std::chrono::seconds(0));
  }
  return {};
}

Status Walker::take(const Answer& answer) {
  OpenWindow open = std::move(under_way_[answer.tag]);
  under_way_.erase(answer.tag);
  switch (answer.act) {
    case Act::use:
      if (state_.api == Api::unknown) state_.api = Api::v2;
      ++pages_;
      return take_page(std::move(open), answer.page);
    case Act::other_api:
      return use_other_api(std::move(open), answer.error);
    default:
      return ask_for_less(std::move(open), answer);
  }
}

Status Walker::use_other_api(OpenWindow open, const Error& error) {
  if (state_.api != Api::unknown) return fail(error);
  state_.api = Api::v1;
  open.window.limit = std::min(open.window.limit, most_rows(state_.api, open.window.walk, options_.query));
  state_.todo.push_back(std::move(open));
  for (OpenWindow& waiting : state_.todo) {
    waiting.window.limit =
        std::min(waiting.window.limit, most_rows(state_.api, waiting.window.walk, options_.query));
  }
  return {};
}

// For a single row there is no less to ask for.
Result<Answer> Walker::ask_once(Api api, const Window& window) {
  for (i64 again = kMostTries;; --again) {
    client_.ask(next_tag_++, path_of(api, window, options_.query));
    TRY_ASSIGN(Answer answer, client_.next());
    if (answer.act == Act::use || answer.act == Act::other_api) return answer;
    if (again == 0) return fail(std::move(answer.error));
  }
}

Status Walker::read_models() {
  for (i64 page = 1;; ++page) {
    client_.ask(next_tag_++, models_path(page));
    const Result<Answer> answer = client_.next();
    // Without the definitions a doubt remains a doubt; that is no reason to give up the calls.
    if (!answer || answer->act != Act::use) return {};
    for (const Row& model : answer->page.rows) journal_.add('m', needed_of(model.text, false));
    if (page >= answer->page.total_pages) return {};
  }
}

// The windows under way come first in what is left: their pages were not seen.
Status Walker::mark() {
  std::vector<OpenWindow> under_way;
  for (const auto& [tag, open] : under_way_) under_way.push_back(open);
  return journal_.mark(state_text(state_, under_way));
}

void Walker::tell(std::chrono::seconds wait) {
  if (!on_progress_) return;
  i64 left = 0;
  const auto count = [&](const OpenWindow& open) {
    if (open.window.walk == Walk::calls) left += rest_of(open).to - open.window.from;
  };
  for (const OpenWindow& open : state_.todo) count(open);
  for (const auto& [tag, open] : under_way_) count(open);
  const double length = static_cast<double>(std::max<i64>(1, task_.whole.to - task_.whole.from));
  on_progress_({.pages = pages_,
                .rows = state_.rows,
                .share = std::clamp(1 - static_cast<double>(left) / length, 0.0, 1.0),
                .wait = wait});
}

}  // namespace ctxcap::sources::langfuse
