#include "ingest/call.hpp"

namespace ctxcap::ingest {

std::optional<Tokens> read_limit(Value value, Scratch& scratch) {
  const Count count = read_count(value, scratch);
  return count.tokens && *count.tokens > 0 ? count.tokens : std::nullopt;
}

Asked read_asked(Value parameters, Scratch& scratch) {
  Asked asked;
  Value options;
  parameters.opened(scratch).each_member([&](std::string_view key, Value value) {
    if (key == "num_ctx") asked.num_ctx = read_limit(value, scratch);
    if (key == "num_predict") asked.num_predict = read_limit(value, scratch);
    const bool is_limit = key == "max_tokens" || key == "max_output_tokens";
    if (is_limit && !asked.num_predict) asked.num_predict = read_limit(value, scratch);
    if (key == "options") options = value;
  });
  // Ollama's own place for them; one level only, since options hold no options.
  options.opened(scratch).each_member([&](std::string_view key, Value value) {
    if (key == "num_ctx" && !asked.num_ctx) asked.num_ctx = read_limit(value, scratch);
    if (key == "num_predict" && !asked.num_predict) asked.num_predict = read_limit(value, scratch);
  });
  return asked;
}

}  // namespace ctxcap::ingest
