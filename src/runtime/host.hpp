#pragma once
// The address of a server, as this room speaks of it.

#include "data/host.hpp"

namespace ctxcap::runtime {

using ctxcap::Host;
using ctxcap::parse_host;
using ctxcap::Reach;
using ctxcap::Via;

}  // namespace ctxcap::runtime
