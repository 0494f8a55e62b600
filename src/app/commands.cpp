#include "app/commands.hpp"

#include <array>

namespace ctxcap::app {
namespace {

constexpr std::array<const Command*, 7> kCommands = {&kAnalyze,  &kExplain, &kApply,  &kInspect,
                                                     &kBacktest, &kPull,    &kFormats};

}  // namespace

std::span<const Command* const> commands() {
  return kCommands;
}

}  // namespace ctxcap::app
