#include "app/commands.hpp"

#include <array>

namespace ctxcap::app {
namespace {

constexpr std::array<const Command*, 11> kCommands = {&kAnalyze,  &kExplain, &kApply,    &kInspect,
                                                      &kBacktest, &kNightly, &kRollback, &kHistory,
                                                      &kDoctor,   &kConfig,  &kFormats};

}  // namespace

std::span<const Command* const> commands() {
  return kCommands;
}

}  // namespace ctxcap::app
