// What a task that is over says of its call.

#include "ingest/formats/server_log.hpp"

#include <algorithm>

#include "ingest/formats/server_log/text.hpp"
#include "ingest/refusals.hpp"

namespace ctxcap::ingest {

using namespace server_log;

void ServerLog::complete(OpenAt call, Tokens held, const Timings& timings) {
  std::erase_if(timings_, [&](const Timings& one) {
    return one.at == timings.at && one.generation == timings.generation && one.evaluated == timings.evaluated;
  });
  place(*call, false);
  if (!call->prompt && !call->shifted && held + 1 >= *timings.generation)
    call->prompt = held + 1 - *timings.generation;
  emit(*call, call->prompt, timings.generation);
  close(call, held, timings.evaluated, *timings.generation);
}

void ServerLog::complete_without(OpenAt call, Tokens held) {
  place(*call, false);
  const bool may_embed = !call->prompt || *call->prompt == held;
  const bool embeds = (call->load && call->load->embeds) || (may_embed && embedded_ > 0);
  const Tokens prompt = call->prompt.value_or(0);
  if (embeds) {
    embedded_ = std::max<i64>(0, embedded_ - 1);
    give(*call, {.prompt = held, .reason = Reason::embedding});
  } else if (prompt > 0 && held > prompt && !call->shifted) {
    emit(*call, prompt, held + 1 - prompt);  // as far as it went
  } else if (prompt > 0 && (call->cancelled || held < prompt || call->cut)) {
    emit(*call, prompt, std::nullopt);
  } else {
    give(*call, {.reason = Reason::no_timings});
  }
  close(call, held, prompt, std::max<Tokens>(0, held - prompt));
}

void ServerLog::close(OpenAt call, Tokens held, Tokens evaluated, Tokens generated) {
  if (call->load) call->load->finished(call->at.slot, call->at.task, held, evaluated, generated);
  open_.erase(call);
}

void ServerLog::refusal(std::string_view text, std::optional<Tokens> port) {
  const auto task = number_behind(text, "send_error: task id = ");
  const std::optional<Refusal> said = refusal_of(text);
  const std::optional<Tokens> size = said ? said->prompt : std::nullopt;
  auto found = open_.end();
  for (auto call = open_.begin(); call != open_.end(); ++call) {
    if (call->at.task != *task || call->at.port != port || call->refused || call->held || call->told)
      continue;
    if (!size || !call->prompt || *call->prompt == *size) found = call;
  }
  if (found == open_.end())
    found = open_.insert(
        open_.end(),
        Open{.at = {0, *task, port}, .ready = loads_.ready(), .start = clock_.now(), .began = clients_.at()});
  place(*found, false);
  found->refused = true;
  const std::optional<Tokens> prompt = size ? size : found->prompt;
  if (!said || !prompt) return give(*found, {.reason = Reason::failed});
  Usage usage = usage_of({.tokens = prompt}, {});
  usage.remarks.add(Remark::refused_prompt);
  give(*found, usage);
}

void ServerLog::emit(Open& call, std::optional<Tokens> prompt, std::optional<Tokens> generation) {
  if (!prompt || *prompt <= 0)
    return give(call, {.reason = generation ? Reason::ambiguous_usage : Reason::no_timings});
  Usage usage = usage_of({.tokens = call.cut ? call.cut->prompt : *prompt}, {.tokens = generation});
  if (call.cut || call.is_cut) usage.remarks.add(Remark::truncated_prompt);
  give(call, usage);
}

void ServerLog::give(Open& call, Usage usage) {
  date(call);
  if (call.is_mixed && usage.reason == Reason::none) usage = {.reason = Reason::mixed_servers};
  Call& told = calls_.emplace_back();
  if (call.load) {
    told.model = call.load->model();
    named_.push_back(call.load);
    told.slots = call.load->slots;
  }
  told.window = call.window;
  told.busy = call.busy;
  told.start = call.start;
  told.began_before = call.began_before;
  told.usage = usage;
  began_.push_back(call.began);
}

// A cut alone: its size is certain, all else unknown.
void ServerLog::give(const Cut& cut) {
  Open call{.start = cut.at};
  if (cut.is_alone) call.window = cut.limit;
  call.load = loads_.only(call.window);
  Usage usage = usage_of({.tokens = cut.prompt}, {});
  usage.remarks.add(Remark::truncated_prompt);
  give(call, usage);
}

const std::vector<Call>& ServerLog::finish() {
  calls_.clear();
  began_.clear();
  named_.clear();
  settle_late();
  for (Open& call : open_) {
    if (call.refused || call.told) continue;
    const bool is_gone = call.load && call.load->gone;
    if (is_gone && call.load->embeds) {
      give(call, {.prompt = call.prompt.value_or(0), .reason = Reason::embedding});
    } else if (call.cut || is_gone) {
      place(call, false);
      emit(call, call.prompt, std::nullopt);
    } else {
      give(call, {.reason = Reason::unfinished});
    }
  }
  open_.clear();
  while (const auto cut = cuts_.take_any()) give(*cut);
  if (!by_client_) return calls_;
  name_clients();
  clients_.finish(calls_);
  return calls_;
}

}  // namespace ctxcap::ingest
