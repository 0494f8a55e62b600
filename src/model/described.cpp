#include "base/text.hpp"
#include "model/model.hpp"
#include "model/parameters.hpp"

namespace ctxcap::model {
namespace {

LoadOptions load_options(const ModelDescription& description) {
  LoadOptions options;
  const auto read = [&](const char* key, std::optional<i64>& into) {
    const auto found = description.parameters.find(key);
    if (found != description.parameters.end() && !found->second.empty())
      into = whole_number(found->second.back());
  };
  read("num_ctx", options.num_ctx);
  read("num_batch", options.num_batch);
  read("num_gpu", options.num_gpu);
  read("main_gpu", options.main_gpu);
  read("num_thread", options.num_thread);
  return options;
}

}  // namespace

DescribedModel described(const ModelDescription& description) {
  DescribedModel model{.arch = architecture_of(description)};
  model.parent = description.parent_model;
  model.weights = description.weights;
  model.load_options = load_options(description);
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
