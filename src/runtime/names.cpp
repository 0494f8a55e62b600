#include "runtime/names.hpp"

#include <fmt/format.h>

#include <cstdint>

namespace ctxcap::runtime {
namespace {

constexpr std::string_view kSuffix = "-ctxcap-backup";
constexpr std::string_view kKeptSuffix = "-ctxcap-kept";
constexpr std::size_t kMaxTag = 80;

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
