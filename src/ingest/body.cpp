#include "ingest/body.hpp"

#include <algorithm>
#include <array>

namespace ctxcap::ingest {
namespace {

constexpr Bytes kSmallest = 16;      // shorter ones are markers ("", "redacted"), or numbers of a CSV file
constexpr Tokens kAround = 64;       // tokens that a chat template adds around the text
constexpr Bytes kPlainText = 6;      // bytes per token that no look at the text is needed for
constexpr std::size_t kRun = 1'024;  // base64 letters in a row that no language has

enum Letter : unsigned char { none = 0, upper = 1, lower = 2, digit = 4, sign = 8 };

constexpr std::array<unsigned char, 256> letters() {
  std::array<unsigned char, 256> table{};
  for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<std::size_t>(c)] = upper;
  for (int c = 'a'; c <= 'z'; ++c) table[static_cast<std::size_t>(c)] = lower;
  for (int c = '0'; c <= '9'; ++c) table[static_cast<std::size_t>(c)] = digit;
  table['+'] = table['/'] = sign;
  return table;
}
constexpr std::array<unsigned char, 256> kLetters = letters();

unsigned letter(char c) {
  return kLetters[static_cast<unsigned char>(c)];
}

// Whether binary data stands in the text: a long run of base64 that has letters of both cases and digits. Of
// every kRun bytes one is looked at first, so text is hardly read.
bool holds_binary(std::string_view text) {
  for (std::size_t probe = kRun - 1; probe < text.size(); probe += kRun) {
    if (letter(text[probe]) == none) continue;
    unsigned seen = 0;
    std::size_t begin = probe, end = probe;
    while (begin > 0 && probe - begin < kRun && letter(text[begin - 1]) != none)
      seen |= letter(text[--begin]);
    while (end < text.size() && end - probe < kRun && letter(text[end]) != none) seen |= letter(text[end++]);
    constexpr unsigned kMixed = upper | lower | digit;
    if (end - begin >= kRun && (seen & kMixed) == kMixed) return true;
  }
  return false;
}

// Loggers that shorten long texts say so behind what is left.
bool ends_shortened(std::string_view text) {
  const std::string_view end = text.substr(text.size() - std::min<std::size_t>(text.size(), 48));
  return end.find("truncated") != std::string_view::npos || end.find("...\"") != std::string_view::npos ||
         end.find("\xe2\x80\xa6\"") != std::string_view::npos;
}

}  // namespace

void Body::add(Value part) {
  if (!part.present()) return;
  const std::string_view raw = part.raw();
  const bool is_number = !part.is_string() && !part.is_object() && !part.is_array() && raw.size() < kSmallest;
  if (is_number) return;
  bytes_ += static_cast<Bytes>(raw.size());
  if (raw.size() > longest_.size()) longest_ = raw;
}

Bytes Body::bytes_beside(Tokens prompt) const {
  if (bytes_ < kSmallest || bytes_ + kAround < prompt) return 0;
  if (ends_shortened(longest_)) return 0;
  return bytes_ > kPlainText * prompt && holds_binary(longest_) ? 0 : bytes_;
}

}  // namespace ctxcap::ingest
