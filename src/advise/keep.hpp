#pragma once
// whether Ollama keeps loaded what must be resident together.

#include "advise/options.hpp"
#include "data/described_model.hpp"

namespace ctxcap::advise {

// A server as the scheduler sees it: one card, what else lives there, and how it runs.
struct KeepingServer {
  Budget budget;
  RuntimeSettings settings;
};

// All base models that get a window, as one set, each with the PARAMETERs of its variant; fewer than two are
// none.
std::vector<TogetherReport> kept_together(const std::vector<BaseAnalysis>& bases,
                                          const DescribedModels& models, const KeepingServer& server);

// Of the weights file of that model, as the scheduler takes it.
Bytes file_bytes(const std::string& name, const DescribedModel& model);

}  // namespace ctxcap::advise
