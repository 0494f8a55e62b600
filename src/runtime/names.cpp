#include "runtime/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "base/text.hpp"

namespace ctxcap::runtime {
namespace {

constexpr std::string_view kDefaultHost = "registry.ollama.ai";
constexpr std::string_view kDefaultSpace = "library";
constexpr std::string_view kDefaultTag = "latest";
constexpr std::string_view kBackupSuffix = "-ctxcap-backup";
constexpr std::size_t kMaxPart = 80;
constexpr std::size_t kMaxHost = 350;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// `more`: what may follow the first character beside letters, digits and "_".
bool is_part(std::string_view text, std::size_t max_size, std::string_view more) {
  return !text.empty() && text.size() <= max_size && is_word(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_word(c) || more.find(c) != std::string_view::npos; });
}

// Cuts "rest/last" into both; the whole is the last part when there is no slash.
std::string_view take_last(std::string_view& text) {
  const auto slash = text.rfind('/');
  const std::string_view last = slash == std::string_view::npos ? text : text.substr(slash + 1);
  text = slash == std::string_view::npos ? std::string_view() : text.substr(0, slash);
  return last;
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return result;
}

// FNV-1a: only to tell long tags apart.
std::string hash(std::string_view text) {
  std::uint64_t value = 0xcbf29ce484222325u;
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return fmt::format("{:016x}", value);
}

tl::unexpected<Error> bad_name(const std::string& name, std::string why, std::string hint) {
  return fail({.kind = ErrorKind::usage,
               .what = "could not use the model name " + printable(name),
               .why = std::move(why),
               .hint = std::move(hint)});
}

}  // namespace

std::string ModelName::text() const {
  std::string result;
  if (host != kDefaultHost) result += host + "/";
  if (!result.empty() || space != kDefaultSpace) result += space + "/";
  return result + model + ":" + tag;
}

std::optional<ModelName> parse_name(std::string_view text) {
  ModelName name{std::string(kDefaultHost), std::string(kDefaultSpace), "", std::string(kDefaultTag)};
  const auto colon = text.rfind(':');
  const auto slash = text.rfind('/');
  if (colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash)) {
    name.tag = text.substr(colon + 1);
    text = text.substr(0, colon);
  }
  const bool has_space = text.find('/') != std::string_view::npos;
  name.model = take_last(text);
  const bool has_host = text.find('/') != std::string_view::npos;
  if (has_space) name.space = take_last(text);
  if (has_host) name.host = text;
  const bool valid = is_part(name.model, kMaxPart, "-.") && is_part(name.tag, kMaxPart, "-.") &&
                     is_part(name.space, kMaxPart, "-") && is_part(name.host, kMaxHost, "-.:");
  if (!valid) return std::nullopt;
  return name;
}

bool same_model(std::string_view a, std::string_view b) {
  const auto first = parse_name(a), second = parse_name(b);
  return first && second && lower(first->text()) == lower(second->text());
}

bool is_reserved_tag(std::string_view tag) {
  const std::string word = lower(tag);
  return word == "local" || word == "cloud" || word.ends_with("-cloud");
}

Status check_variant_name(const std::string& name) {
  const auto parsed = parse_name(name);
  if (!parsed) {
    return bad_name(
        name, "names are [namespace/]model[:tag] out of letters, digits and - _ . , 80 characters a part",
        "choose another with --name or --tag");
  }
  if (is_reserved_tag(parsed->tag)) {
    return bad_name(name, "Ollama reads the tags local, cloud and ...-cloud as the place to run at",
                    "choose another with --name or --tag");
  }
  if (parsed->tag.ends_with(kBackupSuffix)) {
    return bad_name(name,
                    "tags that end in " + std::string(kBackupSuffix) + " are kept for the previous variant",
                    "choose another with --name or --tag");
  }
  return {};
}

Result<std::string> variant_name(const std::string& base, const std::string& tag) {
  auto parsed = parse_name(base);
  if (!parsed) return bad_name(base, "it is no name that Ollama knows", "check the name with: ollama list");
  parsed->tag = lower(parsed->tag) == kDefaultTag ? tag : parsed->tag + "-" + tag;
  const std::string name = parsed->text();
  TRY(check_variant_name(name));
  return name;
}

std::string backup_name(const std::string& name) {
  auto parsed = parse_name(name);
  if (!parsed) return name + std::string(kBackupSuffix);
  const std::string tag = parsed->tag + std::string(kBackupSuffix);
  parsed->tag = tag.size() <= kMaxPart ? tag : hash(parsed->tag) + std::string(kBackupSuffix);
  return parsed->text();
}

}  // namespace ctxcap::runtime
