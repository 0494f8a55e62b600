// When two ways to write a source mean the same requests.

#include "data/source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/text.hpp"

namespace ctxcap {
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

const SourceKind* find_kind(SourceKinds kinds, std::string_view word) {
  const auto found =
      std::find_if(kinds.begin(), kinds.end(), [&](const SourceKind* kind) { return kind->word == word; });
  return found == kinds.end() ? nullptr : *found;
}

bool SourceKind::accepts(std::string_view key) const {
  constexpr std::string_view kAll[] = {"jobs", "models", "job_rule"};
  return std::find(std::begin(kAll), std::end(kAll), key) != std::end(kAll) ||
         std::find(takes.begin(), takes.end(), key) != takes.end() || (key == "keys" && !keys.empty());
}

std::string SourceSettings::label() const {
  return where.empty() ? "" : where.front();
}

std::string SourceSettings::identity(const std::string& directory) const {
  std::string name;
  const auto add = [&](const char* key, const std::vector<std::string>& values) {
    if (!values.empty()) name += fmt::format(" {}={}", key, join(sorted(values), ","));
  };
  if (kind->where == SourceKind::Where::paths) {
    std::vector<std::string> paths;
    for (const std::string& path : where) {
      const bool is_word = kind->is_word != nullptr && kind->is_word(path);
      paths.push_back(is_word ? path : whole_path(path, directory));
    }
    if (where.empty()) paths.emplace_back(kind->word);
    name = join(sorted(std::move(paths)), ", ");
  } else {
    name = without_slashes(label());
  }
  std::vector<std::string> renamed;
  for (const auto& [part, called] : map) renamed.push_back(part + ":" + called);
  add("map", renamed);
  if (kind->keys_choose) add("keys", {keys});
  add("environment", environments);
  add("tags", tags);
  add("projects", projects);
  // What the server filters is not there to be chosen later.
  if (kind->where == SourceKind::Where::url) {
    add("jobs", jobs);
    add("models", models);
  }
  if (!job_rule.empty() && job_rule != "auto") add("job_rule", {job_rule});
  return name;
}

bool share_requests(const SourceSettings& a, const SourceSettings& b) {
  if (a.kind != b.kind || a.kind->where != SourceKind::Where::url) return false;
  if (without_slashes(a.label()) != without_slashes(b.label())) return false;
  if (a.kind->keys_choose && a.keys != b.keys) return false;
  return overlap(a.environments, b.environments) && overlap(a.tags, b.tags) &&
         overlap(a.projects, b.projects) && overlap(a.jobs, b.jobs) && overlap(a.models, b.models);
}

}  // namespace ctxcap
