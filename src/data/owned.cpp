#include "data/owned.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "base/units.hpp"
#include "data/model_name.hpp"

namespace ctxcap {

std::string text_of(const LoadedModel& loaded) {
  std::string text = printable(loaded.name, 80);
  if (loaded.num_ctx) text += " at " + with_commas(*loaded.num_ctx);
  return loaded.stays && *loaded.stays < 0 ? text + ", for ever" : text;
}

const InstalledModel* find_model(std::span<const InstalledModel> installed, std::string_view name) {
  const auto there = std::find_if(installed.begin(), installed.end(),
                                  [&](const InstalledModel& model) { return same_model(model.name, name); });
  return there == installed.end() ? nullptr : &*there;
}

const OwnedVariant* find_variant(std::span<const OwnedVariant> variants, std::string_view name) {
  const auto found = std::find_if(variants.begin(), variants.end(), [&](const OwnedVariant& one) {
    return same_model(one.variant.name, name);
  });
  return found == variants.end() ? nullptr : &*found;
}

std::string digest_of(std::span<const InstalledModel> installed, std::string_view name) {
  const InstalledModel* there = find_model(installed, name);
  return there == nullptr ? std::string() : there->digest;
}

}  // namespace ctxcap
