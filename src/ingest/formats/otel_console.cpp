// OpenTelemetry's Python console exporter: pretty-printed objects one after another, attributes as a plain
// object.

#include "ingest/formats/all.hpp"
#include "ingest/span.hpp"

namespace ctxcap::ingest {
namespace {

void read_console_span(const Fields& fields, Sink& sink) {
  Scratch& scratch = fields.scratch();
  Span span;
  fields[Key::context].each_member([&](std::string_view key, Value value) {
    if (key == "trace_id") span.trace = value.text(scratch);
    if (key == "span_id") span.id = value.text(scratch);
  });
  span.parent = fields[Key::parent_id].text(scratch);
  span.name = fields[Key::name].text(scratch);
  span.start = fields[Key::start_time];
  span.end = fields[Key::end_time];
  span.failed = fields[Key::status].member("status_code").text(scratch) == "ERROR";
  span.status_message = fields[Key::status].member("description").text(scratch);
  span.service = fields[Key::resource].member("attributes").member("service.name").text(scratch);
  fields[Key::attributes].each_member(
      [&](std::string_view name, Value value) { span.attributes.put(name, value); });
  add_span(span, scratch, sink);
}

}  // namespace

constinit const Format kOtelConsole{
    .name = "otel-console",
    .help = "what OpenTelemetry's Python console exporter prints",
    .told_by = "`context`, `kind`, `attributes` and `resource`",
    .matches =
        [](const Fields& fields) {
          return fields.keys().has_all({Key::context, Key::kind, Key::attributes, Key::resource});
        },
    .read = read_console_span};

}  // namespace ctxcap::ingest
