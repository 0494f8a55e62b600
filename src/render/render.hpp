#pragma once
// A variant as a Modelfile. What is rendered is read back with Ollama's own grammar and must mean what was
// asked for, so a value can never break out of its line.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "data/plan.hpp"

namespace ctxcap::render {

struct ModelfileRequest {
  std::string template_text;          // mustache; names: see modelfile_data() in modelfile.cpp
  std::string template_origin;        // file name, or "built-in modelfile.mustache"
  std::vector<std::string> comments;  // why: counts only, nobody's text
};

// Fills in variant.modelfile, and variant.cli_obstacle where a Modelfile cannot carry its values (then only
// POST /api/create can). Errors (ErrorKind::usage): names or parameters outside Ollama's grammar, a template
// that drops or changes what was asked for.
Result<Variant> render_modelfile(Variant variant, const ModelfileRequest& request);

// "devstral-small-2" + "triage" -> "devstral-small-2:triage"; "qwen3:8b" + "mail" -> "qwen3:8b-mail". The tag
// of `base` may be absent or "latest" alike. Errors: not a model name, or a tag that Ollama takes for a place
// ("local", "cloud", "*-cloud").
Result<std::string> variant_name(const std::string& base, const std::string& tag);

// Ollama's name grammar: [host/][namespace/]model[:tag].
Status check_model_name(std::string_view name);

// PARAMETER name and value as the Modelfile parser takes them, e.g. temperature 0.2.
Status check_parameter(std::string_view name, std::string_view value);

}  // namespace ctxcap::render
