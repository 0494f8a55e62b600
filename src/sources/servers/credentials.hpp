#pragma once
// Inside sources/: what opens a server, and what else the environment says of it. The names begin with the
// word of the kind, LANGFUSE_SECRET_KEY, or with what the source's `keys` says: keys = "TEAM_B" means
// TEAM_B_SECRET_KEY, and nothing else.

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "data/source.hpp"
#include "ports/secrets.hpp"

namespace ctxcap::sources {

class Credentials : public Secrets {
 public:
  // Both ports must outlive this.
  Credentials(const SourceSettings& source, Environment& environment, Files& files);

  // Why secret() would give nothing; it is looked for, not read.
  std::optional<Error> doubt(std::string_view part, const SourceSettings& source) const;
};

}  // namespace ctxcap::sources
