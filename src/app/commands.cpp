#include "app/commands.hpp"

#include <array>

namespace ctxcap::app {
namespace {

// As the help lists them.
constexpr std::array kCommands = {
    &kAnalyze, &kExplain, &kApply, &kInspect, &kBacktest, &kPull, &kNightly,    &kRollback,
    &kHistory, &kDoctor,  &kInit,  &kConfig,  &kFormats,  &kHelp, &kCompletion, &kMan,
};

}  // namespace

std::span<const Command* const> commands() {
  return kCommands;
}

}  // namespace ctxcap::app
