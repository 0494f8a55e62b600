#pragma once
// Inside app/: whether Ollama keeps loaded what must be resident together.

#include "app/options.hpp"
#include "data/described_model.hpp"

namespace ctxcap::app {

// A server as the scheduler sees it: one card, what else lives there, and how it runs.
struct KeepingServer {
  Budget budget;
  RuntimeSettings settings;
};

// All base models of the decisions that have a window, as one set; fewer than two are none.
std::vector<TogetherReport> kept_together(std::span<const BaseDecision> decisions,
                                          const DescribedModels& models, const KeepingServer& server);

}  // namespace ctxcap::app
