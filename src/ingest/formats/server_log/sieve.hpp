#pragma once
// Inside server_log/: finds the lines of a log that may matter, and what they are about. Four of five say
// nothing about a call, and are passed over some ten times faster than a line is read.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ctxcap::ingest::server_log {

// Words that some part of the reader looks for. Their text is in sieve.cpp.
enum class Word : std::uint8_t {
  processing,
  new_prompt,
  eval_time,
  context_shift,
  input_truncated,
  cached,
  announcement,  // of timings that do not name their task
  send_error,
  saving_prompt,
  cancel_task,
  slots_idle,
  embed,
  truncating,
  cmd,
  loading_model,
  spawning,
  loaded_runners,
  n_ctx_slot,
  template_selection,
  listening,
  cleaning_up,
  access,
  time,
  bytes,  // text of an envelope that is an array of numbers
};

class Words {
 public:
  void add(Word word) { bits_ |= 1U << static_cast<unsigned>(word); }
  bool has(Word word) const { return (bits_ >> static_cast<unsigned>(word) & 1U) != 0; }

 private:
  std::uint32_t bits_ = 0;
};

// The first byte of such a word, from `from` on; npos: there is none. Lines without one change nothing, but
// the time of day where they alone tell it.
std::size_t find_word(std::string_view text, std::size_t from);

// All that the line has: what is not among them need not be looked for.
Words words_in(std::string_view line);

// Whether a text that begins with "print_timing: id  0 | task 5 |" has nothing behind the task: then timings
// follow that do not name theirs.
bool announces(std::string_view text);

}  // namespace ctxcap::ingest::server_log
