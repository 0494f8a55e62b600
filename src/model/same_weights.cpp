// Which models are the same weights. Ollama keys its runners by the weights file: models on the same weights
// are never resident together.

#include "data/model_name.hpp"
#include "model/model.hpp"

namespace ctxcap::model {
namespace {

bool same_weights(const DescribedModel& a, const DescribedModel& b) {
  return a.weights.empty() || b.weights.empty() || a.weights == b.weights;
}

// A parent that was pulled anew since has other weights: the variant no longer shares a runner with it.
const std::string* parent_of(const std::string& name, const DescribedModels& models) {
  const DescribedModel& model = models.at(name);
  if (model.parent.empty()) return nullptr;
  for (const auto& [other, description] : models) {
    if (other != name && same_model(other, model.parent) && same_weights(model, description)) return &other;
  }
  return nullptr;
}

}  // namespace

std::string base_of(const std::string& name, const DescribedModels& models) {
  std::string base = name;
  for (std::size_t steps = 0; steps < models.size(); ++steps) {  // a chain of variants, never a circle
    const std::string* parent = parent_of(base, models);
    if (parent == nullptr) break;
    base = *parent;
  }
  const DescribedModel& model = models.at(base);
  for (const auto& [other, description] : models) {
    if (other >= base) break;
    const bool same_file = !model.weights.empty() && model.weights == description.weights;
    const bool made_from_nothing = description.parent.empty() || !model.parent.empty();
    if (same_model(other, base) || (same_file && made_from_nothing)) return other;
  }
  return base;
}

}  // namespace ctxcap::model
