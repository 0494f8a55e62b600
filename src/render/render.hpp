#pragma once
// A variant as a Modelfile. What is rendered is read back with Ollama's own grammar and must mean what was
// asked for, so a value can never break out of its line.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "data/plan.hpp"
#include "data/serving.hpp"

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

// The same checks for a variant whose text was rendered before and read from a file since (`origin`); fills
// in cli_obstacle.
Result<Variant> check_modelfile(Variant variant, const std::string& origin);

struct ServedTemplate {
  std::string_view what;    // "systemd drop-in"
  std::string_view text;    // mustache
  std::string_view origin;  // of it, for errors
};

// The plan as texts to put somewhere, with `comments` at the head of each. `model`: what the server is to
// load. A name that a shell, YAML or systemd would read otherwise is not rendered: a note says so.
Result<ServedPlan> render_served(ServedPlan plan, const std::string& model,
                                 std::span<const ServedTemplate> templates,
                                 const std::vector<std::string>& comments);

// The files of templates/, embedded when the program is built: of the Modelfile, and of what a plan for that
// server is rendered as.
std::string_view modelfile_template();
std::span<const ServedTemplate> served_templates(Target target);

}  // namespace ctxcap::render
