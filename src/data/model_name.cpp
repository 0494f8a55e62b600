// [host/][namespace/]model[:tag]; model and tag 1 to 80 characters, first [A-Za-z0-9_],
// the rest also "-", "." and "_"; a namespace the same without dots; a host up to 350 and also ":".

#include "data/model_name.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace ctxcap {
namespace {

constexpr std::size_t kMaxPart = 80, kMaxHost = 350;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_part(std::string_view part, std::size_t max, std::string_view also) {
  return !part.empty() && part.size() <= max && is_word(part.front()) &&
         std::all_of(part.begin(), part.end(),
                     [also](char c) { return is_word(c) || also.find(c) != also.npos; });
}

bool is_model_name(std::string_view name) {
  std::vector<std::string_view> parts = split(name, '/');
  if (parts.size() > 3) return false;
  std::string_view model = parts.back();
  if (const std::size_t colon = model.find(':'); colon != model.npos) {
    if (!is_part(model.substr(colon + 1), kMaxPart, "-.")) return false;
    model = model.substr(0, colon);
  }
  if (!is_part(model, kMaxPart, "-.")) return false;
  if (parts.size() >= 2 && !is_part(parts[parts.size() - 2], kMaxPart, "-")) return false;
  return parts.size() < 3 || is_part(parts[0], kMaxHost, "-.:");
}

// Position of the colon before the tag; npos: no tag. A host may hold a colon too.
std::size_t tag_colon(std::string_view name) {
  const std::size_t colon = name.rfind(':');
  const std::size_t slash = name.rfind('/');
  return colon != name.npos && (slash == name.npos || colon > slash) ? colon : name.npos;
}

void drop_prefix(std::string& text, std::string_view prefix) {
  if (text.starts_with(prefix)) text.erase(0, prefix.size());
}

void lower(std::string& text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
}

// "library/Qwen3:8b" -> "Qwen3"
std::string_view stem(std::string_view name) {
  name.remove_prefix(name.rfind('/') + 1);  // npos + 1 is 0
  return name.substr(0, name.rfind(':'));
}

bool same_letters(std::string_view a, std::string_view b) {
  const auto small = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [&](char x, char y) { return small(x) == small(y); });
}

Error bad_name(std::string_view name, std::string why) {
  return {.kind = ErrorKind::usage,
          .what = fmt::format("\"{}\" cannot be the name of a model", printable(name, 60)),
          .why = std::move(why),
          .hint = "use letters, digits, \"-\", \".\" and \"_\", like devstral-small-2:triage"};
}

}  // namespace

Status check_model_name(std::string_view name) {
  if (!is_model_name(name)) return fail(bad_name(name, "Ollama's names are [host/][namespace/]model[:tag]"));
  const std::size_t colon = tag_colon(name);
  if (colon == name.npos) return {};
  std::string tag(name.substr(colon + 1));
  lower(tag);
  if (tag == "local" || tag == "cloud" || tag.ends_with("-cloud")) {
    return fail(
        bad_name(name, fmt::format("Ollama takes the tag \"{}\" for a place, not for a variant", tag)));
  }
  return {};
}

bool has_tag(std::string_view name) {
  return tag_colon(name) != name.npos;
}

std::string with_tag(std::string_view name) {
  return std::string(name) + (has_tag(name) ? "" : ":latest");
}

std::string canonical_model(std::string_view name) {
  std::string text = with_tag(name);
  lower(text);
  drop_prefix(text, "registry.ollama.ai/");
  if (std::count(text.begin(), text.end(), '/') == 1) drop_prefix(text, "library/");
  return text;
}

bool same_model(std::string_view a, std::string_view b) {
  // Most differ, and a log may name thousands.
  return !a.empty() && !b.empty() && same_letters(stem(a), stem(b)) &&
         canonical_model(a) == canonical_model(b);
}

Result<std::string> variant_name(const std::string& base, const std::string& tag) {
  const std::size_t colon = tag_colon(base);
  const bool plain = colon == std::string::npos || base.substr(colon + 1) == "latest";
  const std::string name = plain ? base.substr(0, colon) + ":" + tag : base + "-" + tag;
  TRY(check_model_name(name));
  return name;
}

}  // namespace ctxcap
