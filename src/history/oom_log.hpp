#pragma once
// Inside history/: lines that tell of too little memory, in logs of containers and programs.

#include <string>

#include "data/oom.hpp"
#include "history/joined.hpp"

namespace ctxcap::history {

// What is kept of such a line: figures, at their upper ends.
CardOom oom_of(const OomText& told, Instant at, std::string tenant);

// Lines that begin with their time, as `docker logs --timestamps` has them; of others nothing can be said.
// Nothing of a line is kept but time and figures.
void read_oom_log(std::string_view bytes, const CardTenant& tenant, Joined& into);

}  // namespace ctxcap::history
