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

}  // namespace ctxcap::ingest
