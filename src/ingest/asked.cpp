#include "ingest/asked.hpp"

#include <vector>

#include "base/words.hpp"
#include "ingest/interner.hpp"

namespace ctxcap::ingest {

std::optional<Tokens> read_limit(Value value, Scratch& scratch) {
  const Count count = read_count(value, scratch);
  return count.tokens && *count.tokens > 0 ? count.tokens : std::nullopt;
}

namespace {

// Ollama's own place for them is `options`, and clients put that into what they add to a body.
void read_asked_at(Value parameters, int depth, Scratch& scratch, Asked& asked) {
  std::vector<Value> deeper;
  parameters.opened(scratch).each_member([&](std::string_view key, Value value) {
    if (same_word(key, "num_ctx") && !asked.num_ctx) asked.num_ctx = read_limit(value, scratch);
    if (same_word(key, "num_predict") && (depth == 0 || !asked.num_predict))
      asked.num_predict = read_limit(value, scratch);
    const bool is_limit = same_word(key, "max_tokens") || same_word(key, "max_output_tokens");
    if (is_limit && depth == 0 && !asked.num_predict) asked.num_predict = read_limit(value, scratch);
    const bool is_place = same_word(key, "options") || same_word(key, "extra_body") || same_word(key, "body") ||
                          same_word(key, "params");
    if (is_place) deeper.push_back(value);
  });
  constexpr int kDeepest = 2;
  for (const Value value : deeper) {
    if (depth < kDeepest) read_asked_at(value, depth + 1, scratch, asked);
  }
}

}  // namespace

Asked read_asked(Value parameters, Scratch& scratch) {
  Asked asked;
  read_asked_at(parameters, 0, scratch, asked);
  return asked;
}

Asked AskedLately::read(Value parameters, Scratch& scratch) {
  const std::string_view text = parameters.raw();
  // What else a text means depends on whether it is JSON or a cell.
  if (!text.starts_with('{') || text.size() > kLongest) return read_asked(parameters, scratch);
  Seen& seen = seen_[hash_of(text, 0) % seen_.size()];
  if (seen.text != text) seen = {.text = std::string(text), .asked = read_asked(parameters, scratch)};
  return seen.asked;
}

}  // namespace ctxcap::ingest
