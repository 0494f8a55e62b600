#pragma once
// What a request asked of the server beside its prompt: how large a window, and how long an answer.

#include <array>
#include <optional>
#include <string>

#include "ingest/usage.hpp"

namespace ctxcap::ingest {

// num_ctx and num_predict (max_tokens) as a row's parameters ask for them: an object, JSON text of one, or
// nested under "options" in either form. What is no positive number ("Infinity", -1) asks for nothing.
struct Asked {
  std::optional<Tokens> num_ctx, num_predict;
};
Asked read_asked(Value parameters, Scratch& scratch);
// A single such value.
std::optional<Tokens> read_limit(Value value, Scratch& scratch);

// The same of row after row: a log has few ways to ask, so what was read lately is nearly always asked for again.
class AskedLately {
 public:
  Asked read(Value parameters, Scratch& scratch);

 private:
  static constexpr std::size_t kLongest = 256;  // bytes
  struct Seen {
    std::string text;  // empty: none
    Asked asked;
  };
  std::array<Seen, 16> seen_;
};

}  // namespace ctxcap::ingest
