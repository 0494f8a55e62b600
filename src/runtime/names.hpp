#pragma once
// Names of models: [host/][namespace/]model[:tag], as Ollama reads them. Pure functions.

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace ctxcap::runtime {

struct ModelName {
  std::string host;   // "registry.ollama.ai" when not given
  std::string space;  // the namespace; "library" when not given
  std::string model;
  std::string tag;  // "latest" when not given
  // Shortest spelling with a tag: "devstral-small-2:latest", "hf.co/someone/model:Q4_K_M".
  std::string text() const;
};

// Model and tag are 1 to 80 characters, first a letter, digit or "_", then also "-" and "."; a namespace is
// the same without dots; a host up to 350, also with ":". nullopt: not a name.
std::optional<ModelName> parse_name(std::string_view text);

// Whether both name the same model. Ollama ignores case when it looks for an installed one.
bool same_model(std::string_view a, std::string_view b);

// "local", "cloud", "...-cloud": Ollama reads these tags as where to run, so a variant of such a name can be
// created but not used; a base of such a name has no weights here.
bool is_reserved_tag(std::string_view tag);

// The name can be given to a variant. An error of kind usage says why not.
Status check_variant_name(const std::string& name);

// The variant of `base` that --tag asks for: "model:triage" for a base tagged latest, else
// "model:TAG-triage".
Result<std::string> variant_name(const std::string& base, const std::string& tag);

// Where the previous variant is kept while a new one is being proved: same model, tag "...-ctxcap-backup".
// `name` is a valid name.
std::string backup_name(const std::string& name);

}  // namespace ctxcap::runtime
