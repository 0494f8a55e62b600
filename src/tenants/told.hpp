#pragma once
// Inside tenants/: figures between words.

#include <optional>
#include <string_view>

#include "data/oom.hpp"

namespace ctxcap::tenants {

// The size that stands right behind, or right before, the first of these words: "1.25 GiB", "0 bytes".
std::optional<ToldBytes> size_after(std::string_view text, std::string_view words);
std::optional<ToldBytes> size_before(std::string_view text, std::string_view words);

// A size by itself, whatever follows it.
std::optional<ToldBytes> size_at(std::string_view text);

// The digits right behind those words.
std::optional<i64> number_after(std::string_view text, std::string_view words);

inline bool has(std::string_view text, std::string_view words) {
  return text.find(words) != text.npos;
}

}  // namespace ctxcap::tenants
