// The Modelfile alone, for ollama create.

#include <fmt/format.h>

#include "report/formats/formats.hpp"
#include "report/verdict_text.hpp"

namespace ctxcap::report {
namespace {

// Of several variants each has its own, one behind the other: `ollama create` takes one at a time.
std::string print(const Analysis& analysis, const TextOptions&) {
  std::string text;
  for (const BaseAnalysis& base : analysis.bases) {
    for (const Variant& variant : base.variants) text += (text.empty() ? "" : "\n") + variant.modelfile;
  }
  if (!text.empty()) return text;
  for (const Sentence& one : sentences(analysis)) text += fmt::format("# {}: {}\n", one.subject, one.text);
  return text;
}

}  // namespace

constinit const Format kModelfileFormat{"modelfile", "Modelfile", "the Modelfile alone, for ollama create",
                                        print, false};

}  // namespace ctxcap::report
