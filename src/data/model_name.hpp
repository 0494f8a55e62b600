#pragma once
// Names of models as Ollama reads them: [host/][namespace/]model[:tag], default tag "latest".

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace ctxcap {

// Errors (ErrorKind::usage): outside the grammar, or a tag that Ollama takes for a place ("local", "cloud",
// "*-cloud") so that the model could not be addressed.
Status check_model_name(std::string_view name);

bool has_tag(std::string_view name);

// "qwen3" -> "qwen3:latest"; a name with a tag stays as it is.
std::string with_tag(std::string_view name);

// Whether both name the same model: without a tag it is "latest", the default registry and namespace may be
// left out, and Ollama ignores case when it looks for an installed model. Never true of what is no name.
bool same_model(std::string_view a, std::string_view b);

// One spelling of all that mean the same model, for looking up among many.
std::string canonical_model(std::string_view name);

// "devstral-small-2" + "triage" -> "devstral-small-2:triage"; "qwen3:8b" + "mail" -> "qwen3:8b-mail". The tag
// of `base` may be absent or "latest" alike. Errors: as check_model_name of the result.
Result<std::string> variant_name(const std::string& base, const std::string& tag);

}  // namespace ctxcap
