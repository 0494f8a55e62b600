#pragma once
// The log of llama.cpp's server in all its generations, and Ollama's, which holds the same lines from 0.30
// on. A call is spread over lines that name its slot and its task, the lines of several servers mix:
//
//   slot   operator(): id  0 | task 5 | new prompt, n_ctx_slot = 4096, n_keep = 4, task.n_tokens = 375
//   slot print_timing: id  0 | task 5 | prompt eval time = ... /   374 tokens     what was not remembered
//   slot print_timing: id  0 | task 5 |        eval time = ... /    16 tokens     the answer
//   slot      release: id  0 | task 5 | stop processing: n_tokens = 390           prompt + answer - 1
//   srv    send_error: task id = 62, error: request (7341 tokens) exceeds ...     a refusal: the true size
//
// Until 2025 the prompt is n_prompt_tokens, `stop processing: n_past` comes before the timings, and these
// name no task: they belong to the slot that print_timing announced last. A refused task is released too,
// with a number of the call before it. Any prefix may stand before a line, and any envelope around it.

#include <deque>
#include <optional>
#include <string_view>
#include <vector>

#include "ingest/call.hpp"
#include "ingest/formats/server_log/clients.hpp"
#include "ingest/formats/server_log/clock.hpp"
#include "ingest/formats/server_log/cuts.hpp"
#include "ingest/formats/server_log/envelope.hpp"
#include "ingest/formats/server_log/loads.hpp"
#include "ingest/formats/server_log/sieve.hpp"

namespace ctxcap::ingest {

// Whether text looks like such a log. Access lines alone do not.
bool is_server_log(std::string_view text);
// Where the first word of one stands, from `from` on; npos: nowhere.
std::size_t find_server_log(std::string_view text, std::size_t from);

class ServerLog {
 public:
  // by_client: who asked is the job of a call, where that can be told.
  explicit ServerLog(bool by_client = false) : by_client_(by_client) {}

  // The calls that this line completes. Views in them live until the next line. `words`: what it has of them.
  const std::vector<Call>& line(std::string_view text, server_log::Words words);
  // The same of one that was unwrapped already.
  const std::vector<Call>& line(const server_log::Line& inside, server_log::Words words);
  // So many lines without a word that matters.
  void pass(i64 lines) { clients_.pass(lines); }
  // Those that are left at the end.
  const std::vector<Call>& finish();

 private:
  static constexpr std::size_t kMostOpen = 1000;  // more were lost with a part of the log

  // Where a line comes from: slots and tasks are numbered by each server for itself.
  struct At {
    Tokens slot = 0, task = 0;
    std::optional<Tokens> port;
    bool operator==(const At&) const = default;
  };
  struct Timings {
    At at;
    Tokens evaluated = 0;  // of the prompt
    std::optional<Tokens> generation;
  };
  struct Open {
    At at;
    server_log::LoadPtr load;
    bool is_placed = false;  // `load` was looked for
    i64 ready = 0;           // servers that were ready when it began
    std::optional<Tokens> prompt, window, cached;
    std::optional<Tokens> held;  // it was released with so many tokens; its timings may follow
    std::optional<Instant> start;
    std::optional<server_log::Cut> cut;
    bool refused = false, shifted = false, cancelled = false, is_cut = false, keeps_nothing = false;
    bool began_before = false;   // where it begins is not in the log
    bool is_mixed = false;       // which of several it is cannot be told
    Tokens busy = 0;             // calls at work in its server when it began, itself included; 0: not known
    i64 began = 0;               // line, where clients are asked for
    std::optional<Tokens> told;  // it was given; its release, with so many tokens, may follow
  };
  using OpenAt = std::deque<Open>::iterator;

  void see(const server_log::Line& inside, server_log::Words words);
  void see_slot(At at, std::string_view rest, server_log::Words words);
  void see_server(std::string_view text, std::optional<Tokens> port, server_log::Words words);
  void new_prompt(At at, std::string_view rest);
  void timing(At at, std::string_view rest);
  void refusal(std::string_view text, std::optional<Tokens> port);
  void access(std::string_view text);
  void released(At at, std::string_view rest);
  void settle(At at, Tokens held, bool timings_may_follow);
  void settle_late();
  bool settle_early(At at);
  void make_room();

  Open& open(At at);
  void place(Open& call, bool embeds);
  void date(Open& call) const;
  Tokens busy_beside(const Open& call) const;
  void name_clients();
  bool is_busy(const server_log::Load& load, Tokens slot) const;
  void complete(OpenAt call, Tokens held, const Timings& timings);
  void complete_without(OpenAt call, Tokens held);
  void close(OpenAt call, Tokens held, Tokens evaluated, Tokens generated);
  void emit(Open& call, std::optional<Tokens> prompt, std::optional<Tokens> generation);
  void give(Open& call, Usage usage);
  void give(const server_log::Cut& cut);

  server_log::Clock clock_;
  std::optional<Instant> first_;  // time that the log tells
  bool tells_beginnings_ = false;
  server_log::Loads loads_;
  server_log::Cuts cuts_;
  std::deque<Open> open_;         // in the order in which they began
  std::vector<Timings> timings_;  // that belong to no call yet
  std::vector<Tokens> saved_;     // sizes of prompts put away since the last new one
  std::optional<At> announced_;   // by print_timing, for timings that name no task
  i64 embedded_ = 0;              // accesses for embeddings whose task is not released yet
  std::vector<Call> calls_;
  std::vector<i64> began_;  // of these, the lines
  const bool by_client_;
  server_log::Clients clients_;
  std::vector<server_log::LoadPtr> named_;  // keep the names in calls_
  Scratch scratch_;
};

}  // namespace ctxcap::ingest
