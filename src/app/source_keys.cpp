#include "app/source_keys.hpp"

namespace ctxcap::app {
namespace {

constexpr std::string_view kFile = "_FILE";

}  // namespace

std::string SourceKeys::own_name(const std::string& name) const {
  const std::string usual = std::string(source_.kind->keys) + "_";
  if (source_.keys.empty() || !name.starts_with(usual)) return name;
  return source_.keys + "_" + name.substr(usual.size());
}

std::optional<std::string> SourceKeys::get(const std::string& name) {
  const std::string own = own_name(name);
  if (auto value = world_.environment.get(own); value && !value->empty()) return value;
  const std::string directory = world_.environment.get("CREDENTIALS_DIRECTORY").value_or("");
  if (!own.ends_with(kFile) || directory.empty()) return std::nullopt;
  const std::string path = directory + "/" + own.substr(0, own.size() - kFile.size());
  return world_.files.kind(path) == PathKind::missing ? std::nullopt : std::optional(path);
}

}  // namespace ctxcap::app
