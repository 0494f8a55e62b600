#pragma once
// Inside history/: homelab-monitor's database.

#include "base/result.hpp"
#include "history/joined.hpp"
#include "ports/database.hpp"
#include "ports/world.hpp"

namespace ctxcap::history {

// A service by its name there. `serves`: it has models.
CardTenant tenant_of_service(const std::string& service, bool serves);

// The same by its HTTP API, which tells less: averages of at most 360 steps, the highest of each service, and
// OOMs. Errors: it does not answer (ErrorKind::unreachable), or is another program (ErrorKind::usage).
Status read_homelab_api(const std::string& url, std::optional<Instant> from, World& world, Joined& into);

// Tables samples, proc, models and events as its versions 0.6 to 0.32 have them; columns are asked for by
// name. Times are whole seconds UTC, sizes MiB. A service is a container, `host:PROGRAM` or `pid:N`. Errors:
// it cannot be read, or is another database (ErrorKind::usage).
Status read_homelab(Databases& databases, const std::string& path, Joined& into);

}  // namespace ctxcap::history
