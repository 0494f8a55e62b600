#pragma once
// whether Ollama keeps loaded what must be resident together.

#include <span>
#include <string>
#include <utility>

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

// Those PARAMETERs that a load depends on, before `options`.
LoadOptions load_options_of(std::span<const std::pair<std::string, std::string>> parameters,
                            LoadOptions options);

// The server that runs them, where its scheduler is not known: "Ollama 0.24.0"; "": it is.
std::string older_scheduler(const DescribedModels& models);

// Of the weights file of that model, as the scheduler takes it.
Bytes file_bytes(const std::string& name, const DescribedModel& model);

}  // namespace ctxcap::advise
