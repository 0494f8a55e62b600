#pragma once
// Mustache templates for plain text, strictly: a name that the data lacks is an error (alone, mustache
// renders it as nothing), nothing is HTML-escaped, partials are refused.

#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace ctxcap {

struct TemplateData {
  std::map<std::string, std::string> text;                 // {{name}}
  std::map<std::string, bool> flags;                       // {{#name}}...{{/name}}, {{^name}}...{{/name}}
  std::map<std::string, std::vector<TemplateData>> lists;  // {{#name}}...{{/name}} once for each
};

// `origin` names the template in errors: a file name or "built-in NAME".
Result<std::string> render_template(const std::string& text, const TemplateData& data,
                                    const std::string& origin);

}  // namespace ctxcap
