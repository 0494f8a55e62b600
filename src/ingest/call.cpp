#include "ingest/call.hpp"

#include "base/units.hpp"
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
