#pragma once
// Inside history/: homelab-monitor's database.

#include "base/result.hpp"
#include "history/joined.hpp"
#include "ports/database.hpp"

namespace ctxcap::history {

// Tables samples, proc, models and events as its versions 0.6 to 0.32 have them; columns are asked for by
// name. Times are whole seconds UTC, sizes MiB. A service is a container, `host:PROGRAM` or `pid:N`. Errors:
// it cannot be read, or is another database (ErrorKind::usage).
Status read_homelab(Databases& databases, const std::string& path, Joined& into);

}  // namespace ctxcap::history
