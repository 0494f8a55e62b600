#include "runtime/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "data/model_name.hpp"

namespace ctxcap::runtime {
namespace {

constexpr std::string_view kSuffix = "-ctxcap-backup";
constexpr std::string_view kKeptSuffix = "-ctxcap-kept";
constexpr std::size_t kMaxTag = 80;

void drop_prefix(std::string& text, std::string_view prefix) {
  if (text.starts_with(prefix)) text.erase(0, prefix.size());
}

// One spelling of all that mean the same model.
std::string canonical(std::string_view name) {
  std::string text = with_tag(name);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  drop_prefix(text, "registry.ollama.ai/");
  if (std::count(text.begin(), text.end(), '/') == 1) drop_prefix(text, "library/");
  return text;
}

// FNV-1a: only to tell long tags apart.
std::uint64_t hash(std::string_view text) {
  std::uint64_t value = 0xcbf29ce484222325u;
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return value;
}

std::string with_suffix(std::string_view name, std::string_view suffix) {
  const std::string whole = with_tag(name);
  const std::size_t colon = whole.rfind(':');
  const std::string tag = whole.substr(colon + 1);
  if (tag.size() + suffix.size() <= kMaxTag) return whole + std::string(suffix);
  return fmt::format("{}:{:016x}{}", whole.substr(0, colon), hash(tag), suffix);
}

}  // namespace

bool same_model(std::string_view a, std::string_view b) {
  return !a.empty() && !b.empty() && canonical(a) == canonical(b);
}

std::string backup_name(std::string_view name) {
  return with_suffix(name, kSuffix);
}

std::string kept_name(std::string_view name, std::string_view digest) {
  return with_suffix(name, fmt::format("{}-{}", kKeptSuffix, digest.substr(0, 12)));
}

bool is_backup_name(std::string_view name) {
  return name.ends_with(kSuffix);
}

}  // namespace ctxcap::runtime
