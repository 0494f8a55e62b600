#pragma once
// Inside server_log/: looking for words and numbers in a line.

#include <charconv>
#include <optional>
#include <string_view>

#include "ingest/usage.hpp"

namespace ctxcap::ingest::server_log {

inline bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// What stands behind `marker`; empty where there is no marker.
inline std::string_view behind(std::string_view text, std::string_view marker) {
  const std::size_t found = text.find(marker);
  return found == std::string_view::npos ? std::string_view() : text.substr(found + marker.size());
}

// The number that `text` begins with, spaces apart.
inline std::optional<Tokens> leading_number(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  Tokens number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0 || number > kLargestCount) return std::nullopt;
  return number;
}

// The number right behind `marker`, spaces apart.
inline std::optional<Tokens> number_behind(std::string_view text, std::string_view marker) {
  return leading_number(behind(text, marker));
}

// The word behind `marker`, up to a space or a quote.
inline std::string_view word_behind(std::string_view text, std::string_view marker) {
  const std::string_view rest = behind(text, marker);
  return rest.substr(0, rest.find_first_of(" \"'"));
}

}  // namespace ctxcap::ingest::server_log
