#pragma once
// Errors are values. A function that can fail returns Result<T>; nothing throws across a room's door.
//
// Bad *data* is not an error: a line that cannot be used is a count with a place (see data/demand.hpp).

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace ctxcap {

// What kind of failure; cli/exit_code.hpp maps each to the exit code that scripts see.
enum class ErrorKind {
  failure,      // something went wrong while running (exit 1)
  usage,        // the command line or a file it names is not usable (exit 2)
  withheld,     // no advice can be given from this data (exit 3)
  unverified,   // a change was made, did not hold, and was undone (exit 4)
  over_budget,  // nothing safe fits the card (exit 5)
  unreachable,  // a trace source or Ollama did not answer (exit 6)
};

// Printed as three lines: `error: what`, `  why: why`, ` hint: hint`.
struct Error {
  ErrorKind kind = ErrorKind::failure;
  std::string what;  // what could not be done
  std::string why;   // the cause, with its place (file:line, URL); never a key, never prompt text
  std::string hint;  // what to do next, where possible a command that can be run
};

template <typename T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace ctxcap

#define CTXCAP_CONCAT2(a, b) a##b
#define CTXCAP_CONCAT(a, b) CTXCAP_CONCAT2(a, b)

// TRY(f());                      returns f's error to the caller
// TRY_ASSIGN(auto x, f());       the same, else x is f's value
#define TRY(expression)                                                                                    \
  do {                                                                                                     \
    if (auto try_result = (expression); !try_result) return ::ctxcap::fail(std::move(try_result).error()); \
  } while (false)
// NOLINTNEXTLINE(bugprone-macro-parentheses): a declaration cannot be put in parentheses
#define TRY_ASSIGN(declaration, expression)                                        \
  auto CTXCAP_CONCAT(try_value_, __LINE__) = (expression);                         \
  if (!CTXCAP_CONCAT(try_value_, __LINE__))                                        \
    return ::ctxcap::fail(std::move(CTXCAP_CONCAT(try_value_, __LINE__)).error()); \
  declaration = std::move(*CTXCAP_CONCAT(try_value_, __LINE__))
