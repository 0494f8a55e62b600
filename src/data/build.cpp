#include "data/build.hpp"

#include <array>
#include <vector>

#include "base/text.hpp"
#include "base/units.hpp"

namespace ctxcap {
namespace {

// The first two numbers of "0.33.0-rc2".
std::optional<std::array<i64, 2>> two_numbers(std::string_view version) {
  const std::vector<std::string_view> parts = split(version, '.');
  if (parts.size() < 2) return std::nullopt;
  const auto major = parse_integer(parts[0]);
  const auto minor = parse_integer(parts[1].substr(0, parts[1].find_first_not_of("0123456789")));
  if (!major || !minor || *major < 0 || *minor < 0) return std::nullopt;
  return std::array{*major, *minor};
}

LlamaBuild of_number(i64 number) {
  // Releases had no numbers of builds; by their dates these are near.
  if (number >= 11'220) return LlamaBuild::v0_5_0;
  if (number >= 10'930) return LlamaBuild::v0_4_0;
  if (number >= 9'842) return LlamaBuild::b9842;
  return number > 8'390 ? LlamaBuild::b9000 : LlamaBuild::b8390;
}

}  // namespace

std::optional<ServerBuild> build_of_ollama(std::string_view version) {
  if (version.starts_with('v')) version.remove_prefix(1);
  const auto numbers = two_numbers(version);
  if (!numbers) return std::nullopt;
  ServerBuild build{.assumed = false, .told = "Ollama " + std::string(version)};
  const bool before_one = (*numbers)[0] == 0;
  const i64 minor = (*numbers)[1];
  build.own_engines = before_one && minor < 30;
  // 0.33 pins b10488, of August 2026; newer ones are not known to pin what.
  if (before_one && minor < 34) build.llama = LlamaBuild::b9842;
  if (before_one && minor < 31) build.llama = LlamaBuild::b9000;
  if (build.own_engines) build.llama = LlamaBuild::b8390;
  return build;
}

std::optional<ServerBuild> build_of_llama(std::string_view text) {
  ServerBuild build{.assumed = false, .told = "llama.cpp " + std::string(text)};
  if (text.starts_with('b')) {
    const auto number = parse_integer(text.substr(1));
    if (!number || *number < 1) return std::nullopt;
    build.llama = of_number(*number);
    return build;
  }
  if (text.starts_with('v')) text.remove_prefix(1);
  const auto numbers = two_numbers(text);
  if (!numbers) return std::nullopt;
  build.llama = *numbers < std::array<i64, 2>{0, 4}   ? LlamaBuild::b9842
                : *numbers < std::array<i64, 2>{0, 5} ? LlamaBuild::v0_4_0
                                                      : LlamaBuild::v0_5_0;
  return build;
}

std::string_view word(LlamaBuild build) {
  constexpr std::string_view kWords[] = {"b8390", "b9000", "b9842", "v0.4.0", "v0.5.0"};
  return kWords[static_cast<int>(build)];
}

}  // namespace ctxcap
