#include "ingest/formats/server_log.hpp"

#include <algorithm>
#include <set>

#include "ingest/formats/all.hpp"
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

const std::vector<Call>& ServerLog::line(std::string_view text, Words words) {
  scratch_.clear();
  const Line inside = unwrapped(text, scratch_);
  const bool is_wrapped = text.starts_with('{');
  return line(inside, is_wrapped ? words_in(inside.text) : words);
}

const std::vector<Call>& ServerLog::line(const Line& inside, Words words) {
  calls_.clear();
  began_.clear();
  named_.clear();
  if (by_client_) clients_.line(inside.text);
  see(inside, words);
  if (by_client_) name_clients();
  return calls_;
}

// Calls that make embeddings wait for nobody: they are no jobs.
void ServerLog::name_clients() {
  std::vector<Call> rest;
  for (std::size_t i = 0; i < calls_.size(); ++i) {
    if (calls_[i].usage.reason == Reason::embedding)
      rest.push_back(calls_[i]);
    else
      clients_.add(calls_[i], began_[i]);
  }
  calls_ = std::move(rest);
  clients_.take(calls_);
}

void ServerLog::see(const Line& inside, Words words) {
  const std::string_view text = inside.text;
  // Most lines begin with the server's own words, and so have neither time nor port.
  const bool is_bare = !inside.at && (text.starts_with("slot ") || text.starts_with("srv "));
  if (!is_bare) clock_.see(text, inside.at);
  if (!first_) first_ = clock_.now();
  const std::optional<Tokens> port = is_bare ? std::nullopt : port_before(text, own_text(text));
  const std::string_view ids = behind(text, ": id ");
  const std::string_view of_task = behind(ids, "| task ");
  const auto slot = leading_number(ids), task = leading_number(of_task);
  if (slot && task) {
    see_slot({*slot, *task, port}, of_task.substr(std::min(of_task.find('|'), of_task.size())), words);
    if (words.has(Word::announcement) && announces(behind(text, "print_timing")))
      announced_ = At{*slot, *task, port};
  } else if (words.has(Word::eval_time) && announced_) {
    timing(*announced_, text);
  } else {
    see_server(text, port, words);
  }
}

void ServerLog::see_slot(At at, std::string_view rest, Words words) {
  // What most lines say stands right behind the task.
  std::string_view said = rest;
  while (said.starts_with('|') || said.starts_with(' ')) said.remove_prefix(1);
  const bool is_timing = said.starts_with("eval time =") || said.starts_with("prompt eval time =");
  if (is_timing) return timing(at, said);
  if (said.starts_with("stop processing")) return released(at, said);
  // What the line has may stand before the task.
  const auto says = [&](Word word, std::string_view text) { return words.has(word) && has(rest, text); };
  if (says(Word::processing, "processing task")) {
    open(at).began_before = false;
    tells_beginnings_ = true;
  } else if (says(Word::new_prompt, "new prompt")) {
    new_prompt(at, rest);
  } else if (says(Word::eval_time, "eval time =")) {
    timing(at, rest);
  } else if (says(Word::processing, "stop processing")) {
    released(at, rest);
  } else if (says(Word::context_shift, "context shift")) {
    open(at).shifted = true;
  } else if (says(Word::input_truncated, "input truncated")) {
    open(at).is_cut = true;
  } else if (words.has(Word::cached)) {
    const auto cached = number_behind(rest, "cached n_tokens = ");
    if (!cached) return;
    Open& call = open(at);
    if (!call.cached) call.cached = cached;  // later ones count what this prompt brought
  }
}

void ServerLog::see_server(std::string_view text, std::optional<Tokens> port, Words words) {
  // Ollama's own lines, and what it runs.
  tells_beginnings_ = tells_beginnings_ || words.has(Word::time) || has(text, "[GIN] ");
  if (text.starts_with("[GIN] ")) return access(text);
  if (words.has(Word::send_error) && has(text, "send_error: task id = ")) return refusal(text, port);
  if (words.has(Word::saving_prompt)) {
    if (const auto saved = number_behind(text, "saving prompt with length ")) {
      if (saved_.size() < kMostOpen) saved_.push_back(*saved);
      return;
    }
  }
  if (words.has(Word::cancel_task)) {
    if (const auto cancelled = number_behind(text, "cancel task, id_task = ")) {
      for (Open& call : open_) call.cancelled = call.cancelled || call.at.task == *cancelled;
      return;
    }
  }
  if (words.has(Word::slots_idle) && has(text, "all slots are idle")) return settle_late();
  if (has(text, "request: ") || has(text, "[GIN] ")) return access(text);
  if (words.has(Word::truncating)) {
    if (const auto cut = Cuts::read(text, clock_.now())) return cut->is_alone ? give(*cut) : cuts_.wait(*cut);
  }
  loads_.see(text, port, words);
}

ServerLog::Open& ServerLog::open(At at) {
  const auto found = std::find_if(open_.rbegin(), open_.rend(), [&](const Open& call) {
    return call.at == at && !call.held && !call.told;
  });
  if (found != open_.rend()) return *found;
  make_room();
  return open_.emplace_back(Open{.at = at,
                                 .ready = loads_.ready(),
                                 .start = clock_.now(),
                                 .began_before = true,
                                 .began = clients_.at()});
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
  Open& call = waits != open_.end()
                   ? *waits
                   : open_.emplace_back(Open{.at = at, .ready = loads_.ready(), .began = clients_.at()});
  call.start = clock_.now();
  call.began_before = false;
  tells_beginnings_ = true;
  call.prompt = number_behind(rest, "task.n_tokens = ");
  if (!call.prompt) call.prompt = number_behind(rest, "n_prompt_tokens = ");  // until 2025
  call.window = number_behind(rest, "n_ctx_slot = ");
  call.keeps_nothing = number_behind(rest, "n_keep = ") == Tokens{0};
  place(call, call.keeps_nothing);
  call.busy = busy_beside(call);
  if (call.prompt) call.cut = cuts_.take(*call.prompt, call.window);
}

bool ServerLog::is_busy(const Load& load, Tokens slot) const {
  return std::any_of(open_.begin(), open_.end(), [&](const Open& call) {
    return call.load.get() == &load && call.at.slot == slot && !call.held && !call.told;
  });
}

// Slots of its server that are at work.
Tokens ServerLog::busy_beside(const Open& call) const {
  std::set<Tokens> slots = {call.at.slot};
  for (const Open& other : open_) {
    if (other.load == call.load && !other.held && !other.told && !other.refused) slots.insert(other.at.slot);
  }
  return call.load == nullptr || call.load->embeds ? 0 : static_cast<Tokens>(slots.size());
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

// A log that tells where calls begin, and not where this one does, begins later than that; unless its slot
// has had another one since: then a line was lost.
void ServerLog::date(Open& call) const {
  const bool had_others = call.load && call.load->held.contains(call.at.slot);
  call.began_before = call.began_before && tells_beginnings_ && !had_others;
  if (call.began_before) call.start = first_;
}

// Which route a call came by is logged when it is answered, shortly before or behind the end of its task.
void ServerLog::access(std::string_view text) {
  if (has(text, "/api/embed") || has(text, "/v1/embeddings") || has(text, "POST /embedding")) ++embedded_;
}

}  // namespace ctxcap::ingest
