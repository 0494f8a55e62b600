#pragma once
// The `context` of an answer of /api/generate: each token of the prompt as it came, but a first one of the
// model's own, and each token of the answer. What the server cut off the prompt is still there.

#include <optional>

#include "ingest/json_text.hpp"
#include "ingest/usage.hpp"

namespace ctxcap::ingest {

// The usage with the prompt's true size, where the context shows that it was longer than counted; with a
// remark where a cut explains that. `num_ctx`: the window, if the row states it.
Usage with_context(Usage counted, Value context, std::optional<Tokens> num_ctx, bool thought);

}  // namespace ctxcap::ingest
