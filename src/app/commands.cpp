#include "app/commands.hpp"

#include <array>

namespace ctxcap::app {
namespace {

constexpr std::array<const Command*, 2> kCommands = {&kAnalyze, &kApply};

}  // namespace

std::span<const Command* const> commands() { return kCommands; }

}  // namespace ctxcap::app
