#include "sources/credentials.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace ctxcap::sources {
namespace {

constexpr std::string_view kWhite = " \t\r\n";

std::string trim(std::string_view text) {
  const auto first = text.find_first_not_of(kWhite);
  if (first == text.npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(kWhite) - first + 1));
}

std::string without_line_end(std::string text) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return text;
}

}  // namespace

Credentials::Credentials(const SourceSettings& source, Environment& environment, Files& files)
    : prefix_(source.keys.empty() ? source.kind->keys : source.keys),
      environment_(environment),
      files_(files) {}

std::string Credentials::name(std::string_view part) const {
  return fmt::format("{}_{}", prefix_, part);
}

std::string Credentials::variable(std::string_view part) const {
  return trim(environment_.get(name(part)).value_or(""));
}

std::string Credentials::file_of(std::string_view part) const {
  if (std::string path = trim(environment_.get(name(part) + "_FILE").value_or("")); !path.empty())
    return path;
  const std::string directory = trim(environment_.get("CREDENTIALS_DIRECTORY").value_or(""));
  const std::string path = directory + "/" + name(part);
  return directory.empty() || files_.kind(path) == PathKind::missing ? "" : path;
}

Result<std::string> Credentials::secret(std::string_view part) const {
  if (std::string value = environment_.get(name(part)).value_or(""); !value.empty()) return value;
  const std::string path = file_of(part);
  if (path.empty()) return "";
  TRY_ASSIGN(std::string text, files_.read_all(path));
  return without_line_end(std::move(text));
}

std::optional<Error> Credentials::doubt(std::string_view part, const SourceSettings& source) const {
  if (!environment_.get(name(part)).value_or("").empty()) return std::nullopt;
  const std::string path = file_of(part);
  if (!path.empty() && files_.kind(path) != PathKind::missing) return std::nullopt;
  return Error{.kind = ErrorKind::usage,
               .what = fmt::format("there is no {} here for {}", name(part), printable(source.label())),
               .why = path.empty()
                          ? fmt::format("neither {0} nor {0}_FILE is set, and no systemd "
                                        "credential has that name",
                                        name(part))
                          : fmt::format("{}_FILE names {}, which is not there", name(part), printable(path)),
               .hint = "a service may have it where this shell does not"};
}

}  // namespace ctxcap::sources
