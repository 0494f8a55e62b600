#include "ingest/formats/server_log.hpp"

#include <algorithm>

#include "ingest/formats/all.hpp"
#include "ingest/formats/server_log/envelope.hpp"
#include "ingest/formats/server_log/text.hpp"

namespace ctxcap::ingest {

using namespace server_log;

// In the table, so that reports can name it; only ServerLog can put its records together.
constinit const Format kServerLog{.name = "llama.cpp-log",
                                  .help = "what llama.cpp's server, or Ollama with it, logs as text",
                                  .told_by = "text with `| task N |` in its lines",
                                  .matches = [](const Fields&) { return false; },
                                  .read = [](const Fields&, Sink&) {}};

std::size_t find_server_log(std::string_view text, std::size_t from) {
  std::size_t first = std::string_view::npos;
  for (const std::string_view sign :
       {"| task ", "llama_server:", "load_model: ", "truncating input prompt"}) {
    first = std::min(first, text.substr(0, first).find(sign, from));
  }
  return first;
}

bool is_server_log(std::string_view text) {
  return find_server_log(text, 0) != std::string_view::npos;
}

namespace {

constexpr std::size_t kMostOpen = 1000;  // more were lost with a part of the log

// "[44067] slot ...": the port of the server whose line it is, in front of it.
std::optional<Tokens> port_before(std::string_view text, std::size_t at) {
  if (at < 3 || text[at - 1] != ' ' || text[at - 2] != ']') return std::nullopt;
  const std::size_t bracket = text.rfind('[', at);
  if (bracket == std::string_view::npos || (bracket > 0 && text[bracket - 1] != ' ')) return std::nullopt;
  const auto port = leading_number(text.substr(bracket + 1));
  return port && *port <= 65535 ? port : std::nullopt;
}

// Where what the server itself wrote begins.
std::size_t own_text(std::string_view text) {
  for (const std::string_view sign : {"slot ", "srv "}) {
    if (const std::size_t found = text.find(sign); found != std::string_view::npos) return found;
  }
  return 0;
}

}  // namespace

const std::vector<Call>& ServerLog::line(std::string_view text) {
  calls_.clear();
  named_.clear();
  scratch_.clear();
  const Line inside = unwrapped(text, scratch_);
  text = inside.text;
  clock_.see(text, inside.at);
  const std::optional<Tokens> port = port_before(text, own_text(text));
  const std::string_view ids = behind(text, ": id ");
  const auto slot = leading_number(ids), task = number_behind(ids, "| task ");
  if (slot && task) {
    const std::string_view rest = behind(ids, "| task ");
    see_slot({*slot, *task, port}, rest.substr(std::min(rest.find('|'), rest.size())));
    if (has(text, "print_timing")) announced_ = At{*slot, *task, port};
  } else if (has(text, "eval time =") && announced_) {
    timing(*announced_, text);
  } else {
    see_server(text, port);
  }
  return calls_;
}

void ServerLog::see_slot(At at, std::string_view rest) {
  if (has(rest, "processing task")) {
    open(at);
  } else if (has(rest, "new prompt")) {
    new_prompt(at, rest);
  } else if (has(rest, "eval time =")) {
    timing(at, rest);
  } else if (has(rest, "stop processing")) {
    released(at, rest);
  } else if (has(rest, "context shift")) {
    open(at).shifted = true;
  } else if (has(rest, "input truncated")) {
    open(at).is_cut = true;
  } else if (const auto cached = number_behind(rest, "cached n_tokens = ")) {
    Open& call = open(at);
    if (!call.cached) call.cached = cached;  // later ones count what this prompt brought
  }
}

void ServerLog::see_server(std::string_view text, std::optional<Tokens> port) {
  if (has(text, "send_error: task id = ")) return refusal(text, port);
  if (const auto saved = number_behind(text, "saving prompt with length ")) return saved_.push_back(*saved);
  if (const auto cancelled = number_behind(text, "cancel task, id_task = ")) {
    for (Open& call : open_) call.cancelled = call.cancelled || call.at.task == *cancelled;
    return;
  }
  if (has(text, "all slots are idle")) return settle_late();
  if (has(text, "request: ") || has(text, "[GIN] ")) return access(text);
  if (const auto cut = Cuts::read(text, clock_.now())) return cut->is_alone ? give(*cut) : cuts_.wait(*cut);
  loads_.see(text, port);
}

ServerLog::Open& ServerLog::open(At at) {
  const auto found = std::find_if(open_.rbegin(), open_.rend(), [&](const Open& call) {
    return call.at == at && !call.held && !call.told;
  });
  if (found != open_.rend()) return *found;
  make_room();
  return open_.emplace_back(Open{.at = at, .ready = loads_.ready(), .start = clock_.now()});
}

void ServerLog::make_room() {
  if (open_.size() < kMostOpen) return;
  if (!open_.front().told && !open_.front().refused) give(open_.front(), {.reason = Reason::no_timings});
  open_.pop_front();
}

void ServerLog::new_prompt(At at, std::string_view rest) {
  // Of several servers' tasks of that number one that has no prompt yet.
  const auto waits = std::find_if(open_.begin(), open_.end(), [&](const Open& call) {
    return call.at == at && !call.prompt && !call.held && !call.refused;
  });
  if (waits == open_.end()) make_room();
  Open& call = waits != open_.end() ? *waits : open_.emplace_back(Open{.at = at, .ready = loads_.ready()});
  call.start = clock_.now();
  call.prompt = number_behind(rest, "task.n_tokens = ");
  if (!call.prompt) call.prompt = number_behind(rest, "n_prompt_tokens = ");  // until 2025
  call.window = number_behind(rest, "n_ctx_slot = ");
  call.keeps_nothing = number_behind(rest, "n_keep = ") == Tokens{0};
  place(call, call.keeps_nothing);
  if (call.prompt) call.cut = cuts_.take(*call.prompt, call.window);
}

bool ServerLog::is_busy(const Load& load, Tokens slot) const {
  return std::any_of(open_.begin(), open_.end(), [&](const Open& call) {
    return call.load.get() == &load && call.at.slot == slot && !call.held && !call.told;
  });
}

// Finds the server of a call.
void ServerLog::place(Open& call, bool embeds) {
  if (call.is_placed) return;
  call.is_placed = true;
  const Asks asks{.slot = call.at.slot,
                  .task = call.at.task,
                  .window = call.window,
                  .port = call.at.port,
                  .embeds = embeds,
                  .ready = call.ready};
  call.load = loads_.owner(asks, saved_, [&](const Load& load, Tokens slot) { return is_busy(load, slot); });
  call.is_mixed = call.is_mixed || !call.load;
  saved_.clear();
  if (call.load && !call.window) call.window = call.load->window;
}

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
    give(*call, {.reason = Reason::embedding});
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
  const std::optional<Tokens> size = refused_prompt(text);
  auto found = open_.end();
  for (auto call = open_.begin(); call != open_.end(); ++call) {
    if (call->at.task != *task || call->at.port != port || call->refused || call->held || call->told)
      continue;
    if (!size || !call->prompt || *call->prompt == *size) found = call;
  }
  if (found == open_.end())
    found = open_.insert(open_.end(),
                         Open{.at = {0, *task, port}, .ready = loads_.ready(), .start = clock_.now()});
  place(*found, false);
  found->refused = true;
  const bool is_too_long = size || has(text, "exceeds the available context size");
  const std::optional<Tokens> prompt = size ? size : found->prompt;
  if (!is_too_long || !prompt) return give(*found, {.reason = Reason::failed});
  Usage usage = usage_of({.tokens = prompt}, {});
  usage.remarks.add(Remark::refused_prompt);
  give(*found, usage);
}

// Which route a call came by is logged when it is answered, shortly before or behind the end of its task.
void ServerLog::access(std::string_view text) {
  if (has(text, "/api/embed") || has(text, "/v1/embeddings") || has(text, "POST /embedding")) ++embedded_;
}

void ServerLog::emit(Open& call, std::optional<Tokens> prompt, std::optional<Tokens> generation) {
  if (!prompt || *prompt <= 0)
    return give(call, {.reason = generation ? Reason::ambiguous_usage : Reason::no_timings});
  Usage usage = usage_of({.tokens = call.cut ? call.cut->prompt : *prompt}, {.tokens = generation});
  if (call.cut || call.is_cut) usage.remarks.add(Remark::truncated_prompt);
  give(call, usage);
}

void ServerLog::give(Open& call, Usage usage) {
  if (call.is_mixed && usage.reason == Reason::none) usage = {.reason = Reason::mixed_servers};
  Call& told = calls_.emplace_back();
  if (call.load) {
    told.model = call.load->model();
    named_.push_back(call.load);
  }
  told.window = call.window;
  told.start = call.start;
  told.usage = usage;
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
  named_.clear();
  settle_late();
  for (Open& call : open_) {
    if (call.refused || call.told) continue;
    const bool is_gone = call.load && call.load->gone;
    if (is_gone && call.load->embeds) {
      give(call, {.reason = Reason::embedding});
    } else if (call.cut || is_gone) {
      place(call, false);
      emit(call, call.prompt, std::nullopt);
    } else {
      give(call, {.reason = Reason::unfinished});
    }
  }
  open_.clear();
  while (const auto cut = cuts_.take_any()) give(*cut);
  return calls_;
}

}  // namespace ctxcap::ingest
