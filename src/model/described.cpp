#include <fmt/format.h>

#include "base/text.hpp"
#include "base/units.hpp"
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
  read("draft_num_predict", options.draft_tokens);
  return options;
}

std::vector<Inherited> inherited_of(const ModelDescription& description) {
  std::vector<Inherited> all;
  const i64 adapters = static_cast<i64>(description.adapters.size());
  if (adapters > 0) all.push_back({"ADAPTER", adapters == 1 ? "ADAPTER" : counted(adapters, "ADAPTER")});
  if (description.own_template) all.push_back({"TEMPLATE", "TEMPLATE"});
  if (!description.system.empty()) {
    all.push_back(
        {"SYSTEM", fmt::format("SYSTEM of {} characters", with_commas(display_width(description.system)))});
  }
  if (description.messages > 0) all.push_back({"MESSAGE", counted(description.messages, "MESSAGE")});
  for (const auto& [name, values] : description.parameters) {
    if (name == "num_ctx") continue;  // the variant has its own
    const std::string count = values.size() > 1 ? fmt::format(" ({})", values.size()) : "";
    all.push_back({name, "PARAMETER " + printable(name, 40) + count});
  }
  return all;
}

}  // namespace

DescribedModel described(const ModelDescription& description) {
  DescribedModel model{.arch = architecture_of(description)};
  model.parent = description.parent_model;
  model.inherits = inherited_of(description);
  model.weights = description.weights;
  model.load_options = load_options(description);
  model.can_be_capped = !description.remote && model.arch->completion;
  const std::string name =
      printable(description.name.empty() ? description.architecture : description.name, 60);
  if (description.remote) {
    model.warnings.push_back(
        {"cloud-model", name + " runs in the cloud: it has no weights here and cannot be capped"});
  } else if (!model.arch->completion) {
    model.warnings.push_back(
        {"embedding-model", name + " cannot generate text, so no variant is made for it"});
  }
  return model;
}

}  // namespace ctxcap::model
