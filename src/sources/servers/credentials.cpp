#include "sources/servers/credentials.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace ctxcap::sources {
Credentials::Credentials(const SourceSettings& source, Environment& environment, Files& files)
    : Secrets(source.keys.empty() ? std::string(source.kind->keys) : source.keys, environment, files) {}

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
