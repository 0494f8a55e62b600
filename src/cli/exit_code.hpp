#pragma once
// What scripts see. Do not change these numbers.

#include <span>
#include <string_view>

#include "base/result.hpp"

namespace ctxcap::cli {

enum class ExitCode {
  done = 0,
  failure = 1,
  usage = 2,
  withheld = 3,     // advice withheld: censored, or too little data for what was asked
  unverified = 4,   // verification failed, rolled back
  over_budget = 5,  // does not fit the card
  unreachable = 6,  // a source or Ollama did not answer
  pending = 10,     // changes pending (--check)
};

// As people read them: --help, `ctxcap help exit-codes`, the man page.
struct ExitCodeHelp {
  ExitCode code;
  std::string_view word;  // for a list in one line
  std::string_view help;  // one sentence, without its full stop
};

std::span<const ExitCodeHelp> exit_codes();  // all, ascending

constexpr ExitCode exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::failure:
      return ExitCode::failure;
    case ErrorKind::usage:
      return ExitCode::usage;
    case ErrorKind::withheld:
      return ExitCode::withheld;
    case ErrorKind::unverified:
      return ExitCode::unverified;
    case ErrorKind::over_budget:
      return ExitCode::over_budget;
    case ErrorKind::unreachable:
      return ExitCode::unreachable;
  }
  return ExitCode::failure;
}

// Of two things that went wrong, the one to be told.
constexpr ExitCode worse(ExitCode a, ExitCode b) {
  for (const ExitCode code : {ExitCode::unverified, ExitCode::failure, ExitCode::unreachable,
                              ExitCode::over_budget, ExitCode::withheld}) {
    if (a == code || b == code) return code;
  }
  return ExitCode::done;
}

}  // namespace ctxcap::cli
