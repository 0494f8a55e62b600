#include "state/state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace ctxcap::state {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kSchema = "ctxcap.variants/1";

std::string directory(World& world) {
  const auto value = [&](const char* name) { return world.environment.get(name).value_or(""); };
  if (const std::string own = value("CTXCAP_STATE_DIR"); !own.empty()) return own;
  // A relative XDG_STATE_HOME is to be ignored, says its specification.
  if (const std::string xdg = value("XDG_STATE_HOME"); xdg.starts_with('/')) return xdg + "/ctxcap";
  return value("HOME") + "/.local/state/ctxcap";
}

Error not_ours(const std::string& path, std::string why) {
  return {.kind = ErrorKind::failure,
          .what = "the state of ctxcap cannot be read",
          .why = path + ": " + std::move(why),
          .hint = "move the file away; without it, variants that exist are replaced with --force only"};
}

Result<OwnedVariant> variant_of(const Json& json, const std::string& path) {
  const auto text = [&](const char* key) {
    return json.is_object() && json.contains(key) && json[key].is_string() ? json[key].get<std::string>() : "";
  };
  const std::optional<Instant> created = parse_time(text("created"));
  OwnedVariant variant{.host = text("host"), .name = text("name"), .base = text("base"), .digest = text("digest")};
  if (variant.name.empty() || variant.digest.empty() || !created) return fail(not_ours(path, "an entry lacks its keys"));
  variant.created = *created;
  return variant;
}

}  // namespace

Result<State> State::open(World& world) {
  State state(world.files, directory(world) + "/variants.json");
  if (world.files.kind(state.path_) == PathKind::missing) return state;
  TRY_ASSIGN(const std::string text, world.files.read_all(state.path_));
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded() || !json.is_object() || json.value("schema", Json()) != kSchema) {
    return fail(not_ours(state.path_, fmt::format("its schema is not {}", kSchema)));
  }
  const Json variants = json.value("variants", Json::array());
  for (const Json& entry : variants) {
    TRY_ASSIGN(OwnedVariant variant, variant_of(entry, state.path_));
    state.variants_.push_back(std::move(variant));
  }
  return state;
}

bool State::owns(const std::string& host, const std::string& name, const std::string& digest) const {
  return std::any_of(variants_.begin(), variants_.end(), [&](const OwnedVariant& variant) {
    return variant.host == host && variant.name == name && variant.digest == digest;
  });
}

Status State::record(const OwnedVariant& variant) {
  std::erase_if(variants_, [&](const OwnedVariant& known) { return known.host == variant.host && known.name == variant.name; });
  variants_.push_back(variant);
  Json json{{"schema", kSchema}, {"variants", Json::array()}};
  for (const OwnedVariant& entry : variants_) {
    json["variants"].push_back({{"host", entry.host},
                                {"name", entry.name},
                                {"base", entry.base},
                                {"digest", entry.digest},
                                {"created", rfc3339(entry.created)}});
  }
  TRY(files_->make_directories(path_.substr(0, path_.rfind('/'))));
  return files_->write_atomic(path_, json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace ctxcap::state
