// Which models are the same weights. Ollama keys its runners by the weights file: models on the same weights
// are never resident together.

#include <algorithm>

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

Bases::Bases(const DescribedModels& models) : models_(models) {
  for (const auto& [name, model] : models) {
    if (!name.empty()) spelled_.emplace(canonical_model(name), name);
    if (!model.weights.empty()) weights_[model.weights].push_back(name);
  }
}

std::string Bases::of(const std::string& name) const {
  std::string base = name;
  for (std::size_t steps = 0; steps < models_.size(); ++steps) {  // a chain of variants, never a circle
    const std::string* parent = parent_of(base, models_);
    if (parent == nullptr) break;
    base = *parent;
  }
  const DescribedModel& model = models_.at(base);
  std::string first = base;
  if (const auto same = spelled_.find(canonical_model(base)); same != spelled_.end())
    first = std::min(first, same->second);
  const auto same_file = weights_.find(model.weights);
  if (same_file == weights_.end()) return first;
  for (const std::string& other : same_file->second) {
    const bool made_from_nothing = models_.at(other).parent.empty() || !model.parent.empty();
    if (made_from_nothing) return std::min(first, other);
  }
  return first;
}

}  // namespace ctxcap::model
