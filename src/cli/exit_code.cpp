#include "cli/exit_code.hpp"

#include <array>

namespace ctxcap::cli {
namespace {

constexpr std::array kExitCodes = {
    ExitCodeHelp{ExitCode::done, "done", "Done, or there was nothing to do"},
    ExitCodeHelp{ExitCode::failure, "failure", "Something went wrong while it ran"},
    ExitCodeHelp{ExitCode::usage, "usage", "The command line, the configuration or a file cannot be used"},
    ExitCodeHelp{ExitCode::withheld, "advice withheld",
                 "Advice is withheld: requests were cut, or there is too little data"},
    ExitCodeHelp{ExitCode::unverified, "verification failed and undone",
                 "A change did not hold when it was verified, and was undone"},
    ExitCodeHelp{ExitCode::over_budget, "does not fit the card",
                 "Nothing safe fits the card, or Ollama would evict a model at every switch"},
    ExitCodeHelp{ExitCode::unreachable, "a source or Ollama is unreachable",
                 "A source of requests or Ollama did not answer, or a model stayed in use"},
    ExitCodeHelp{ExitCode::pending, "changes pending", "Changes are pending (with --check)"},
};

}  // namespace

std::span<const ExitCodeHelp> exit_codes() {
  return kExitCodes;
}

}  // namespace ctxcap::cli
