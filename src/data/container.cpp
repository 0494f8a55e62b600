#include "data/container.hpp"

#include "base/json.hpp"

namespace ctxcap {
namespace {

std::string text_in(const nlohmann::json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return object.is_object() && found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

Result<std::vector<DockerContainer>> containers_of(std::string_view json) {
  const nlohmann::json list = nlohmann::json::parse(json, nullptr, false);
  if (!list.is_array())
    return fail({.what = "Docker's answer is not a list of containers", .why = "", .hint = ""});
  std::vector<DockerContainer> found;
  for (const nlohmann::json& row : list) {
    const auto names = row.is_object() ? row.find("Names") : row.end();
    if (!row.is_object() || names == row.end() || !names->is_array() || names->empty() ||
        !names->front().is_string())
      continue;
    DockerContainer& one = found.emplace_back();
    one.name = names->front().get<std::string>();
    if (one.name.starts_with('/')) one.name.erase(0, 1);
    one.id = text_in(row, "Id");
    one.image = text_in(row, "Image");
    const auto labels = row.find("Labels");
    if (labels != row.end()) one.service = text_in(*labels, "com.docker.compose.service");
  }
  return found;
}

}  // namespace ctxcap
