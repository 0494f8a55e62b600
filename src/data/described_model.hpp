#pragma once
// What is known of a model that requests name: from a saved answer, or from a server.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/calibration.hpp"
#include "data/decision.hpp"
#include "data/model.hpp"
#include "data/owned.hpp"
#include "data/scheduler.hpp"
#include "data/vllm.hpp"

namespace ctxcap {

// What a variant has of the model it is made from, unless it has its own.
struct Inherited {
  std::string what;  // "SYSTEM", or the name of a PARAMETER
  std::string text;  // in words, without anybody's text: "SYSTEM of 40 characters"
};

struct DescribedModel {
  std::optional<ModelArch> arch;  // nullopt: nobody described it
  std::string digest;             // of the installed model; empty: not known
  std::string parent;             // the model it was made from; empty: none, or not known
  // The model that variants for its requests are made from: itself, or of a variant of ours the one before
  // it.
  std::string from;
  std::vector<Inherited> inherits;   // by variants that are made from it
  std::string weights;               // digest of its weights file; empty: not known
  LoadOptions load_options;          // its PARAMETERs that a load depends on
  std::optional<Tokens> loaded_ctx;  // window that the server has it loaded with
  bool can_be_capped = true;         // false: runs in a cloud, or cannot generate
  bool missing = false;              // its server was asked, and does not have it
  std::shared_ptr<const std::vector<InstalledModel>> installed;  // all models of its server; null: not known
  std::shared_ptr<const std::vector<OwnedVariant>> ours;  // all variants of ours there; null: not known
  std::optional<Calibration> calibration;                 // what loads of it really took on this server
  std::shared_ptr<const Checkpoint> checkpoint;  // that vLLM serves; null: nobody named its config.json
  std::vector<Warning> warnings;

  // Of the model of that name on its server. Empty: none is there; nullopt: not known.
  std::optional<std::string> digest_of_installed(const std::string& name) const {
    return installed == nullptr ? std::nullopt : std::optional(digest_of(*installed, name));
  }
  // The variant of ours of that name; nullptr: none, or not known.
  const OwnedVariant* our_variant(const std::string& name) const {
    return ours == nullptr ? nullptr : find_variant(*ours, name);
  }
};

using DescribedModels = std::map<std::string, DescribedModel>;  // by the name that requests have

}  // namespace ctxcap
