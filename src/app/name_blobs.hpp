#pragma once
// Inside app/: a server's own log may name weights, and no model. The server knows which model they are of.

#include <string>

#include "base/result.hpp"
#include "data/demand.hpp"
#include "ports/world.hpp"

namespace ctxcap::app {

// Demand of weights ("sha256-" and twelve digits) becomes that of the model that has them there: of several
// the one that the demand names already, else one that was pulled, else the first. What the server does not
// have stays as it is. Asks nothing where no weights are named. Error: the server does not answer.
Status name_blobs(TraceSummary& traces, const std::string& host, World& world);

}  // namespace ctxcap::app
