#pragma once
// What the models in the traces are, as far as it can be known: by saved answers of /api/show or by a
// server's, by what the state holds of variants, and by what was measured.

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cli/cli.hpp"
#include "data/calibration.hpp"
#include "data/demand.hpp"
#include "data/described_model.hpp"
#include "data/memory.hpp"
#include "data/model.hpp"
#include "ports/world.hpp"
#include "runtime/runtime.hpp"
#include "settings/settings.hpp"
#include "state/state.hpp"

namespace ctxcap::describe {

using cli::Talk;

// Whom to ask.
struct Sources {
  std::vector<std::pair<std::string, std::string>> show;  // model ("" for any) and file
  std::string host;                                       // as OLLAMA_HOST writes it; "" for the default
  RuntimeSettings settings;                               // measured with other ones is not measured
  std::vector<std::pair<std::string, std::string>> drafts = {};  // the same of what drafts for a model
  bool ask = true;                                               // false: no server has them
};

// One model, from a GGUF file or a saved answer of /api/show (`name` as in the traces, may be empty) or from
// the server, verbosely where the short answer withholds what is needed. `build`: what runs it.
Result<ModelDescription> description_from_file(const std::string& path, const std::string& name,
                                               const ServerBuild& build, World& world);
Result<ModelDescription> description_from_server(runtime::Ollama& ollama, const std::string& name,
                                                 const ServerBuild& build);

// A checkpoint by its config.json, with the size of the weights beside it where they lie there.
Result<Checkpoint> checkpoint_from_file(const std::string& path, World& world);

// As its settings have it; assumed where they do not. Errors: ErrorKind::usage.
Result<ServerBuild> told_build(const settings::Ollama& server);

// As told, else as the server says.
ServerBuild build_of(runtime::Ollama& ollama, const ServerBuild& told);

// Beside the models asked for, the result holds those that they were made from, where the server knows them.
// Never fails for want of a server: then models stay undescribed, and one warning says so. Errors: a --show
// file that cannot be read or is no answer of /api/show, or that matches no model.
Result<DescribedModels> describe_models(std::span<const std::string> names, const Sources& sources,
                                        World& world, Talk& talk);

// A server's own log may name weights, and no model; the server knows which model they are of. Demand of
// weights
// ("sha256-" and twelve digits) becomes that of the model that has them there: of several the one that the
// demand names already, else one that was pulled, else the first. What the server does not have stays as it
// is. Asks nothing where no weights are named. Error: the server does not answer.
Status name_blobs(TraceSummary& traces, const std::string& host, World& world);

// What the model really takes: loads it at two windows and reads what each takes, from /api/ps, or, for
// sliding-window models, whose figure there leaves out a cache, from the GPU driver. The model is unloaded
// afterwards, and what was loaded before is loaded again; `state` remembers it meanwhile. Errors: in use by
// somebody, not installed, a window that did not come out as asked, a model that is only partly on the GPU,
// no driver where one is needed.
Result<Calibration> measure(runtime::Ollama& ollama, const std::string& name, const ModelArch& arch,
                            const RuntimeSettings& settings, state::State& state, World& world, Talk& talk);

// That measurements could not be read, for whoever can do without.
std::string unused_measurements(const Error& error);

// What was measured of this model on this server with these settings; nullopt: never.
Result<std::optional<Calibration>> known_calibration(runtime::Ollama& ollama, const std::string& name,
                                                     const RuntimeSettings& settings, World& world);

}  // namespace ctxcap::describe
