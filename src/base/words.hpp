#pragma once
// Comparing with a word that is known when this is compiled costs no call.

#include <cstddef>
#include <cstring>
#include <string_view>

namespace ctxcap {

template <std::size_t kSize>
bool same_word(std::string_view text, const char (&word)[kSize]) {
  return text.size() == kSize - 1 && std::memcmp(text.data(), word, kSize - 1) == 0;
}

}  // namespace ctxcap
