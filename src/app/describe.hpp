#pragma once
// Inside app/: what the models in the traces are, from saved answers or from a server.

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/options.hpp"
#include "app/talk.hpp"
#include "data/calibration.hpp"
#include "data/decision.hpp"
#include "runtime/runtime.hpp"

namespace ctxcap::app {

struct DescribedModel {
  std::optional<ModelArch> arch;     // nullopt: nobody described it
  std::string digest;                // of the installed model; empty: not known
  std::string parent;                // the model it was made from; empty: none, or not known
  std::string weights;               // digest of its weights file; empty: not known
  std::optional<Tokens> loaded_ctx;  // window that the server has it loaded with
  bool can_be_capped = true;         // false: runs in a cloud, or cannot generate
  std::shared_ptr<const std::vector<InstalledModel>> installed;  // all models of its server; null: not known
  std::optional<Calibration> calibration;  // what loads of it really took on this server
  std::vector<Warning> warnings;
};

// One model, from a saved answer of /api/show (`name` as in the traces, may be empty) or from the server,
// verbosely where the short answer withholds what is needed.
Result<ModelDescription> description_from_file(const std::string& path, const std::string& name,
                                               World& world);
Result<ModelDescription> description_from_server(runtime::Ollama& ollama, const std::string& name);

// Beside the models asked for, the result holds those that they were made from, where the server knows them.
// Never fails for want of a server: then models stay undescribed, and one warning says so. Errors: a --show
// file that cannot be read or is no answer of /api/show, or that matches no model.
Result<std::map<std::string, DescribedModel>> describe_models(std::span<const std::string> models,
                                                              const AnalyzeOptions& options, World& world,
                                                              Talk& talk);

}  // namespace ctxcap::app
