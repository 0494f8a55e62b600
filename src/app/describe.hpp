#pragma once
// Inside app/: what the models in the traces are, from saved answers or from a server.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/options.hpp"
#include "app/words.hpp"
#include "data/described_model.hpp"
#include "runtime/runtime.hpp"

namespace ctxcap::app {

// One model, from a saved answer of /api/show (`name` as in the traces, may be empty) or from the server,
// verbosely where the short answer withholds what is needed. `build`: what runs it.
Result<ModelDescription> description_from_file(const std::string& path, const std::string& name,
                                               const ServerBuild& build, World& world);
Result<ModelDescription> description_from_server(runtime::Ollama& ollama, const std::string& name,
                                                 const ServerBuild& build);

// As its settings have it; assumed where they do not. Errors: ErrorKind::usage.
Result<ServerBuild> told_build(const settings::Ollama& server);

// As told, else as the server says.
ServerBuild build_of(runtime::Ollama& ollama, const ServerBuild& told);

// Beside the models asked for, the result holds those that they were made from, where the server knows them.
// Never fails for want of a server: then models stay undescribed, and one warning says so. Errors: a --show
// file that cannot be read or is no answer of /api/show, or that matches no model.
Result<DescribedModels> describe_models(std::span<const std::string> models, const AnalyzeOptions& options,
                                        World& world, Talk& talk);

}  // namespace ctxcap::app
