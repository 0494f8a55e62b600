#include <algorithm>

#include "state/json_file.hpp"
#include "state/state.hpp"

namespace ctxcap::state {
namespace {

JsonFile variants_file(World& world) {
  return JsonFile(world.files, state_directory(world) + "/variants.json", "ctxcap.variants/1", "variants");
}

std::optional<OwnedVariant> variant_of(const Json& json) {
  const auto text = [&](const char* key) {
    return json.is_object() && json.contains(key) && json[key].is_string() ? json[key].get<std::string>()
                                                                           : "";
  };
  const std::optional<Instant> created = parse_time(text("created"));
  OwnedVariant variant{
      .host = text("host"), .name = text("name"), .base = text("base"), .digest = text("digest")};
  variant.pending = json.is_object() && json.value("pending", false);
  if (variant.name.empty() || (variant.digest.empty() && !variant.pending) || !created) return std::nullopt;
  variant.created = *created;
  return variant;
}

}  // namespace

Result<State> State::open(World& world) {
  State state(world);
  TRY(variants_file(world).read([&](const Json& entry) {
    const std::optional<OwnedVariant> variant = variant_of(entry);
    if (variant) state.variants_.push_back(*variant);
    return variant.has_value();
  }));
  return state;
}

bool State::owns(const std::string& host, const std::string& name, const std::string& digest) const {
  return std::any_of(variants_.begin(), variants_.end(), [&](const OwnedVariant& variant) {
    return variant.host == host && variant.name == name && (variant.digest == digest || variant.pending);
  });
}

bool State::is_pending(const std::string& host, const std::string& name) const {
  return std::any_of(variants_.begin(), variants_.end(), [&](const OwnedVariant& variant) {
    return variant.host == host && variant.name == name && variant.pending;
  });
}

Status State::begin(const OwnedVariant& variant) {
  const auto same = [&](const OwnedVariant& known) {
    return known.host == variant.host && known.name == variant.name;
  };
  const auto known = std::find_if(variants_.begin(), variants_.end(), same);
  if (known == variants_.end()) {
    variants_.push_back(variant);
    variants_.back().digest.clear();
    variants_.back().pending = true;
  } else {
    known->pending = true;  // its digest stays: restore() goes back to it
  }
  return write();
}

Status State::restore(const std::string& host, const std::string& name) {
  for (OwnedVariant& known : variants_) {
    if (known.host == host && known.name == name) known.pending = false;
  }
  std::erase_if(variants_, [](const OwnedVariant& known) { return known.digest.empty() && !known.pending; });
  return write();
}

Status State::record(const OwnedVariant& variant) {
  std::erase_if(variants_, [&](const OwnedVariant& known) {
    return known.host == variant.host && known.name == variant.name;
  });
  variants_.push_back(variant);
  return write();
}

Status State::write() const {
  Json entries = Json::array();
  for (const OwnedVariant& entry : variants_) {
    entries.push_back({{"host", entry.host},
                       {"name", entry.name},
                       {"base", entry.base},
                       {"digest", entry.digest},
                       {"created", rfc3339(entry.created)}});
    if (entry.pending) entries.back()["pending"] = true;
  }
  return variants_file(*world_).write(entries);
}

}  // namespace ctxcap::state
