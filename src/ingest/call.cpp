#include "ingest/call.hpp"

#include <algorithm>
#include <vector>

#include "base/units.hpp"
#include "base/words.hpp"
#include "ingest/when.hpp"

namespace ctxcap::ingest {

void read_start(Value value, Scratch& scratch, Call& call) {
  call.start = read_time(value, scratch);
  if (call.start) return;
  const std::string_view text = trimmed(value.text(scratch));
  call.has_bad_time = call.has_bad_time || (!text.empty() && !parse_number(text));
}

bool add_rows_of(Value value, const Around& around, Scratch& scratch, Sink& sink) {
  const bool is_text = !value.is_object() && !value.is_array();  // decoded, and with nothing behind it
  bool found = false;
  const auto add_row = [&](Value row) {
    if (!row.is_object()) return;
    found = true;
    is_text ? sink.nested_text(row.raw(), around) : sink.nested(row.raw(), around);
  };
  const Value opened = value.opened(scratch);
  add_row(opened);
  opened.each_element(add_row);
  return found;
}

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

}  // namespace ctxcap::ingest
