#pragma once
// Where keys come from: the environment, files that it names, and what systemd hands to a service. Built on
// the ports; no key is written anywhere.

#include <string>
#include <string_view>
#include <utility>

#include "ports/world.hpp"

namespace ctxcap {

// Names that begin with a prefix: of "LANGFUSE" and "SECRET_KEY" LANGFUSE_SECRET_KEY.
class Secrets {
 public:
  // Both ports must outlive this.
  Secrets(std::string prefix, Environment& environment, Files& files)
      : prefix_(std::move(prefix)), environment_(environment), files_(files) {}

  std::string name(std::string_view part) const { return prefix_ + "_" + std::string(part); }

  // The variable of that name, without white space around it; "" where it is not set.
  std::string variable(std::string_view part) const {
    return trim(environment_.get(name(part)).value_or(""));
  }

  // From the variable NAME, the file that NAME_FILE names, or the systemd credential NAME, without line ends
  // behind it; "" where there is none of them. Errors: the file cannot be read.
  Result<std::string> secret(std::string_view part) const {
    if (std::string value = environment_.get(name(part)).value_or(""); !value.empty()) return value;
    const std::string path = file_of(part);
    if (path.empty()) return "";
    TRY_ASSIGN(std::string text, files_.read_all(path));
    while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
    return text;
  }

 protected:
  // That secret() would read; "": none.
  std::string file_of(std::string_view part) const {
    if (std::string path = trim(environment_.get(name(part) + "_FILE").value_or("")); !path.empty())
      return path;
    const std::string directory = trim(environment_.get("CREDENTIALS_DIRECTORY").value_or(""));
    const std::string path = directory + "/" + name(part);
    return directory.empty() || files_.kind(path) == PathKind::missing ? "" : path;
  }

  static std::string trim(std::string_view text) {
    constexpr std::string_view kWhite = " \t\r\n";
    const auto first = text.find_first_not_of(kWhite);
    if (first == text.npos) return "";
    return std::string(text.substr(first, text.find_last_not_of(kWhite) - first + 1));
  }

  std::string prefix_;
  Environment& environment_;
  Files& files_;
};

}  // namespace ctxcap
