// When two ways to write a source mean the same requests.

#include <algorithm>
#include <filesystem>

#include "base/text.hpp"
#include "config/checks.hpp"

namespace ctxcap::config {
namespace {

std::vector<std::string> sorted(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::string without_slashes(std::string text) {
  while (text.size() > 1 && text.ends_with('/')) text.pop_back();
  return text;
}

bool overlap(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  if (a.empty() || b.empty()) return true;  // all
  return std::any_of(a.begin(), a.end(),
                     [&](const std::string& name) { return std::find(b.begin(), b.end(), name) != b.end(); });
}

}  // namespace

std::string whole_path(const std::string& path, const std::string& directory) {
  return without_slashes((std::filesystem::path(directory) / path).lexically_normal().string());
}

std::string Source::identity(const std::string& directory) const {
  std::string name = without_slashes(url);
  const auto add = [&](const char* key, const std::vector<std::string>& values) {
    if (!values.empty()) name += fmt::format(" {}={}", key, join(sorted(values), ","));
  };
  if (kind == SourceKind::files) {
    std::vector<std::string> paths;
    for (const std::string& file : files) paths.push_back(whole_path(file, directory));
    name = join(sorted(std::move(paths)), ", ");
    std::vector<std::string> renamed;
    for (const auto& [part, called] : map) renamed.push_back(part + ":" + called);
    add("map", renamed);
  } else {
    // A key of Langfuse is of one project. What the server filters is not there to be chosen later.
    if (kind == SourceKind::langfuse) add("keys", {keys});
    add("environment", environments);
    add("tags", tags);
    add("projects", projects);
    add("jobs", jobs);
    add("models", models);
  }
  if (!job_rule.empty() && job_rule != "auto") add("job_rule", {job_rule});
  return name;
}

bool share_requests(const Source& a, const Source& b) {
  if (a.kind != b.kind || a.kind == SourceKind::files) return false;
  if (without_slashes(a.url) != without_slashes(b.url)) return false;
  if (a.kind == SourceKind::langfuse && a.keys != b.keys) return false;
  return overlap(a.environments, b.environments) && overlap(a.tags, b.tags) &&
         overlap(a.projects, b.projects) && overlap(a.jobs, b.jobs) && overlap(a.models, b.models);
}

}  // namespace ctxcap::config
