#pragma once
// Inside sources/: what opens a server, and what else the environment says of it. The names begin with the
// word of the kind, LANGFUSE_SECRET_KEY, or with what the source's `keys` says: keys = "TEAM_B" means
// TEAM_B_SECRET_KEY, and nothing else.

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "data/source.hpp"
#include "ports/world.hpp"

namespace ctxcap::sources {

class Credentials {
 public:
  // Both ports must outlive this.
  Credentials(const SourceSettings& source, Environment& environment, Files& files);

  // "SECRET_KEY" -> "LANGFUSE_SECRET_KEY"
  std::string name(std::string_view part) const;

  // The variable of that name, without white space around it; "" where it is not set.
  std::string variable(std::string_view part) const;

  // From the variable NAME, the file that NAME_FILE names, or the systemd credential NAME, without line ends
  // behind it; "" where there is none of them. Errors: the file cannot be read.
  Result<std::string> secret(std::string_view part) const;

  // Why secret() would give nothing; it is looked for, not read.
  std::optional<Error> doubt(std::string_view part, const SourceSettings& source) const;

 private:
  std::string file_of(std::string_view part) const;

  std::string prefix_;
  Environment& environment_;
  Files& files_;
};

}  // namespace ctxcap::sources
