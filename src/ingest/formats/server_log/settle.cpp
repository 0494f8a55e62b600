// When a task is over, and which of the lines are its.

#include "ingest/formats/server_log.hpp"

#include <algorithm>

#include "ingest/formats/server_log/text.hpp"

namespace ctxcap::ingest {

using namespace server_log;

void ServerLog::timing(At at, std::string_view rest) {
  const auto tokens = number_behind(behind(rest, "eval time ="), "/ ");
  if (!tokens) return;
  if (has(rest, "prompt eval time =")) {
    timings_.push_back({.at = at, .evaluated = *tokens});
    if (timings_.size() > kMostOpen) timings_.erase(timings_.begin());
    return;
  }
  const auto last = std::find_if(timings_.rbegin(), timings_.rend(),
                                 [&](const Timings& one) { return one.at == at && !one.generation; });
  if (last != timings_.rend()) {
    last->generation = tokens;
  } else {
    timings_.push_back({.at = at, .generation = tokens});
  }
  if (settle_early(at)) return;
  // Until 2025 it was released before.
  const auto before =
      std::find_if(open_.begin(), open_.end(), [&](const Open& call) { return call.at == at && call.held; });
  if (before != open_.end()) settle(at, *before->held, false);
}

// A server may be stopped before it writes the release: what adds up without it needs none.
bool ServerLog::settle_early(At at) {
  const auto one = std::find_if(timings_.rbegin(), timings_.rend(), [&](const Timings& timings) {
    return timings.at == at && timings.generation && timings.evaluated > 0;
  });
  if (one == timings_.rend()) return false;
  auto found = open_.end();
  for (auto call = open_.begin(); call != open_.end(); ++call) {
    const bool adds_up = call->at == at && !call->held && !call->told && !call->refused && call->cached &&
                         call->prompt == *call->cached + one->evaluated;
    if (!adds_up) continue;
    if (found != open_.end()) return false;
    found = call;
  }
  if (found == open_.end()) return false;
  const Tokens held = *found->prompt + *one->generation - 1;
  emit(*found, found->prompt, one->generation);
  if (found->load) found->load->finished(at.slot, at.task, held, one->evaluated, *one->generation);
  found->told = held;
  timings_.erase(std::next(one).base());
  return true;
}

void ServerLog::released(At at, std::string_view rest) {
  const auto before_timings = number_behind(rest, "n_past = ");
  const auto held = before_timings ? before_timings : number_behind(rest, "n_tokens = ");
  settle(at, held.value_or(0), before_timings.has_value());
}

void ServerLog::settle(At at, Tokens held, bool timings_may_follow) {
  const auto told = std::find_if(open_.begin(), open_.end(),
                                 [&](const Open& call) { return call.at == at && call.told == held; });
  if (told != open_.end()) {
    open_.erase(told);
    return;
  }
  std::vector<OpenAt> calls;
  bool was_told = false;
  for (auto call = open_.begin(); call != open_.end(); ++call) {
    if (call->at == at && !call->told) calls.push_back(call);
    was_told = was_told || (call->at == at && call->told);
  }
  std::vector<const Timings*> timings;
  for (const Timings& one : timings_) {
    if (one.at == at && one.generation) timings.push_back(&one);
  }
  if (calls.empty() && was_told) {  // with another number, after a shift of its context
    std::erase_if(open_, [&](const Open& call) { return call.at == at; });
    return;
  }
  if (calls.empty()) {  // it began before the log
    Open& call = open(at);
    calls.push_back(std::find_if(open_.begin(), open_.end(), [&](const Open& one) { return &one == &call; }));
  }
  // The last token of an answer is never evaluated, so it is not among those that the slot holds.
  for (const bool by_cache : {true, false}) {
    for (const OpenAt& call : calls) {
      for (const Timings* one : timings) {
        const bool adds_up = call->prompt && !call->refused && *call->prompt + *one->generation - 1 == held;
        const bool is_it = !by_cache || (call->cached && *call->cached + one->evaluated == call->prompt);
        if (adds_up && is_it) return complete(call, held, Timings(*one));
      }
    }
  }
  const auto refused =
      std::find_if(calls.begin(), calls.end(), [](const OpenAt& call) { return call->refused; });
  if (refused != calls.end()) {
    open_.erase(*refused);
    return;
  }
  if (calls.size() == 1) {
    if (!timings.empty()) return complete(calls.front(), held, Timings(*timings.back()));
    calls.front()->held = held;
    if (!timings_may_follow) complete_without(calls.front(), held);
    return;
  }
  // One that was given up, or makes no answer, if only one of them can be it.
  const auto only_one = [&](auto is_it) {
    const auto found = std::find_if(calls.begin(), calls.end(), is_it);
    const bool is_alone = found != calls.end() && std::find_if(found + 1, calls.end(), is_it) == calls.end();
    return is_alone ? *found : open_.end();
  };
  if (timings.empty()) {
    auto one = only_one([&](const OpenAt& call) { return call->prompt == held; });
    if (one == open_.end())
      one = only_one([&](const OpenAt& call) { return call->load && !call->load->gone; });
    if (one == open_.end()) one = only_one([&](const OpenAt& call) { return call->prompt <= held; });
    if (one != open_.end()) return complete_without(one, held);
  }
  for (const OpenAt& call : calls) call->is_mixed = true;
  complete_without(calls.front(), held);
}

// No timings came, and no slot is at work: none will.
void ServerLog::settle_late() {
  for (;;) {
    const auto late = std::find_if(open_.begin(), open_.end(), [](const Open& call) { return call.held; });
    if (late == open_.end()) return;
    complete_without(late, *late->held);
  }
}

}  // namespace ctxcap::ingest
