#include "base/text.hpp"
#include "model/model.hpp"

namespace ctxcap::model {

DescribedModel described(const ModelDescription& description) {
  DescribedModel model{.arch = architecture_of(description)};
  model.parent = description.parent_model;
  model.weights = description.weights;
  model.can_be_capped = !description.remote && model.arch->completion;
  const std::string name =
      printable(description.name.empty() ? description.architecture : description.name, 60);
  if (description.remote) {
    model.warnings.push_back(
        {"cloud-model", name + " runs in a cloud: it has no weights here and cannot be capped"});
  } else if (!model.arch->completion) {
    model.warnings.push_back(
        {"embedding-model", name + " cannot generate text, so no variant is made for it"});
  }
  return model;
}

}  // namespace ctxcap::model
