#pragma once
// Extended regular expressions of POSIX: those of the standard library take a test ten seconds to compile.

#include <regex.h>

#include <array>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace ctxcap::test {

class Pattern {
 public:
  struct Match {
    std::string_view before, whole, group, after;  // `group`: the first one
  };

  explicit Pattern(const char* extended) {
    if (::regcomp(&compiled_, extended, REG_EXTENDED) != 0) throw std::invalid_argument(extended);
  }
  ~Pattern() { ::regfree(&compiled_); }
  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;

  // The first place. The views are into `text`.
  std::optional<Match> find(std::string_view text) const {
    std::array<regmatch_t, 2> at{};
    at[0] = {.rm_so = 0, .rm_eo = static_cast<regoff_t>(text.size())};
    if (::regexec(&compiled_, text.data(), at.size(), at.data(), REG_STARTEND) != 0) return std::nullopt;
    const auto part = [&](regmatch_t match) {
      return match.rm_so < 0 ? std::string_view()
                             : text.substr(static_cast<std::size_t>(match.rm_so),
                                           static_cast<std::size_t>(match.rm_eo - match.rm_so));
    };
    return Match{text.substr(0, static_cast<std::size_t>(at[0].rm_so)), part(at[0]), part(at[1]),
                 text.substr(static_cast<std::size_t>(at[0].rm_eo))};
  }

  // All places, each replaced by what `make` says of it.
  template <typename Make>
  std::string replaced(std::string_view text, Make make) const {
    std::string result;
    for (auto match = find(text); match; match = find(text)) {
      result.append(match->before).append(make(*match));
      text = match->after;
    }
    return result.append(text);
  }

 private:
  regex_t compiled_{};
};

}  // namespace ctxcap::test
