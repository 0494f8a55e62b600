// OpenTelemetry as the collector's file exporter writes it: one export of many spans a line. Events about the
// same calls (resourceLogs) are rows of the same ids, so that a span wins over its event and a file of events
// alone is enough. Metrics are sums in buckets and are refused.

#include "ingest/formats/all.hpp"
#include "ingest/formats/typed_values.hpp"
#include "ingest/span.hpp"

namespace ctxcap::ingest {
namespace {

std::string_view service_of(Value resource, Scratch& scratch) {
  std::string_view service;
  each_attribute(resource.member("attributes"), scratch, [&](std::string_view name, Value value) {
    if (name == "service.name") service = value.text(scratch);
  });
  return service;
}

// {"code":2,"message":...}; the code may be a name.
void take_status(Value status, Span& span, Scratch& scratch) {
  const std::string_view code = status.member("code").text(scratch);
  span.failed = code == "2" || code == "STATUS_CODE_ERROR";
  span.status_message = status.member("message").text(scratch);
}

void read_span(Value object, Span span, Scratch& scratch, Sink& sink) {
  const bool whole = object.each_member([&](std::string_view key, Value value) {
    if (key == "traceId" || key == "trace_id") span.trace = value.text(scratch);
    if (key == "spanId" || key == "span_id") span.id = value.text(scratch);
    if (key == "parentSpanId" || key == "parent_span_id") span.parent = value.text(scratch);
    if (key == "name") span.name = value.text(scratch);
    if (key == "startTimeUnixNano" || key == "start_time_unix_nano" || key == "observedTimeUnixNano")
      span.start = value;
    if (key == "endTimeUnixNano" || key == "end_time_unix_nano") span.end = value;
    if (key == "status") take_status(value, span, scratch);
    if (key == "attributes") {
      each_attribute(value, scratch,
                     [&](std::string_view name, Value inner) { span.attributes.put(name, inner); });
    }
  });
  if (!whole) return sink.add(unusable(Reason::bad_json));
  add_span(span, scratch, sink);
}

// Where spans and where events stand in an export.
struct Nesting {
  std::initializer_list<std::string_view> scopes, rows;  // the first that is there
};

Value first_member(Value object, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    const Value found = object.member(name);
    if (found.present()) return found;
  }
  return {};
}

void read_export(Value resources, const Nesting& nesting, Scratch& scratch, Sink& sink) {
  resources.each_element([&](Value resource) {
    Span span;
    span.service = service_of(resource.member("resource"), scratch);
    first_member(resource, nesting.scopes).each_element([&](Value scope) {
      span.scope = first_member(scope, {"scope", "instrumentationLibrary"}).member("name").text(scratch);
      first_member(scope, nesting.rows).each_element([&](Value row) { read_span(row, span, scratch, sink); });
    });
  });
}

}  // namespace

constinit const Format kOtlp{
    .name = "otlp",
    .help = "OpenTelemetry spans and events as OTLP JSON (gen_ai, OpenInference and Traceloop attributes)",
    .told_by = "`resourceSpans` or `resourceLogs`",
    .matches =
        [](const Fields& fields) {
          return fields.keys().has_any({Key::resourceSpans, Key::resource_spans, Key::resourceLogs});
        },
    .read =
        [](const Fields& fields, Sink& sink) {
          read_export(fields.first({Key::resourceSpans, Key::resource_spans}),
                      {{"scopeSpans", "scope_spans", "instrumentationLibrarySpans"}, {"spans"}},
                      fields.scratch(), sink);
          read_export(fields[Key::resourceLogs], {{"scopeLogs"}, {"logRecords"}}, fields.scratch(), sink);
        }};

}  // namespace ctxcap::ingest
