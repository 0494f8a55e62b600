#pragma once
// Inside app/: what a plan would change on the server. Asks, and changes nothing.

#include "app/change.hpp"

namespace ctxcap::app {

// Why that variant is not there as planned, e.g. "num_ctx 16,384 -> 8,192"; empty: it is. Errors of the
// state.
Result<std::string> pending(const Variant& planned, const std::vector<InstalledModel>& installed,
                            state::State& state, const std::string& host);

}  // namespace ctxcap::app
