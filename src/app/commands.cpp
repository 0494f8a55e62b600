#include "app/commands.hpp"

#include <array>

namespace ctxcap::app {
namespace {

constexpr std::array<const Command*, 3> kCommands = {&kAnalyze, &kApply, &kInspect};

}  // namespace

std::span<const Command* const> commands() { return kCommands; }

}  // namespace ctxcap::app
