#pragma once
// llama-server as it runs, alone or behind its router.

#include <string>
#include <vector>

#include "data/verification.hpp"
#include "ports/http.hpp"

namespace ctxcap::runtime {

// Asks /props, of a router that of the model, without loading it. n_ctx is what one slot has. Whether slots
// share one cache no endpoint tells but the command line that a router shows, or `arguments`, that it was
// started with as others know: else the reserved bytes are unknown, and a note says so. Errors: nobody
// answers, it is no llama-server, or the model is not loaded.
Result<ServedVerification> verify_llama_server(Http& http, const ServedAsk& ask,
                                               std::vector<std::string> arguments = {});

}  // namespace ctxcap::runtime
