// OpenTelemetry as the collector's file exporter writes it: one export of many spans a line. Events about the
// same calls (resourceLogs) are rows of the same ids, so that a span wins over its event and a file of events
// alone is enough. Metrics are sums in buckets and are refused.

#include "ingest/formats/all.hpp"
#include "ingest/formats/members.hpp"
#include "ingest/formats/typed_values.hpp"
#include "ingest/known_ends.hpp"
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

bool is_event_time(std::string_view key) {
  return key == "timeUnixNano" || key == "time_unix_nano";
}
bool is_observed_time(std::string_view key) {
  return key == "observedTimeUnixNano" || key == "observed_time_unix_nano";
}

void read_span(Value object, Span span, Scratch& scratch, Sink& sink) {
  const bool whole = object.each_member([&](std::string_view key, Value value) {
    if (key == "traceId" || key == "trace_id") span.trace = value.text(scratch);
    if (key == "spanId" || key == "span_id") span.id = value.text(scratch);
    if (key == "parentSpanId" || key == "parent_span_id") span.parent = value.text(scratch);
    if (key == "name") span.name = value.text(scratch);
    if (key == "startTimeUnixNano" || key == "start_time_unix_nano") span.start = value;
    if (is_event_time(key) && value.text(scratch) != "0") span.start = value;
    if (is_observed_time(key) && !span.start.present()) span.start = value;
    if (key == "eventName" || key == "event_name") span.attributes.put("event.name", value);
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

void read_export(Value resources, const Nesting& nesting, Scratch& scratch, Sink& sink) {
  // Of an export of a whole day as one record they would take as much memory as its text.
  constexpr std::size_t kMostKnown = std::size_t{16} << 20;
  const KnownEnds ends(resources.raw().substr(0, kMostKnown));
  resources.each_element([&](Value resource) {
    Span span;
    span.service = service_of(resource.member("resource"), scratch);
    first_member(resource, nesting.scopes).each_element([&](Value scope) {
      span.scope = first_member(scope, {"scope", "instrumentationLibrary"}).member("name").text(scratch);
      first_member(scope, nesting.rows).each_element([&](Value row) { read_span(row, span, scratch, sink); });
    });
  });
}

Value held_spans(Value object) {
  return first_member(object, {"resourceSpans", "resource_spans", "batches"});
}

// Tempo calls them batches, and wraps them once more in its newer answers, as Jaeger's third API does.
Value resource_spans(const Fields& fields) {
  const Value own = fields.first({Key::resourceSpans, Key::resource_spans, Key::batches});
  if (own.present()) return own;
  const Value trace = held_spans(fields[Key::trace]);
  return trace.present() ? trace : held_spans(fields[Key::result]);
}

Value resource_logs(const Fields& fields) {
  return fields.first({Key::resourceLogs, Key::resource_logs});
}

}  // namespace

constinit const Format kOtlp{
    .name = "otlp",
    .help = "OpenTelemetry spans and events as OTLP JSON (gen_ai, OpenInference and Traceloop attributes)",
    .told_by = "`resourceSpans`, `batches` (Tempo) or `resourceLogs`",
    .matches =
        [](const Fields& fields) {
          return resource_spans(fields).is_array() || resource_logs(fields).is_array();
        },
    .read =
        [](const Fields& fields, Sink& sink) {
          read_export(
              resource_spans(fields),
              {{"scopeSpans", "scope_spans", "instrumentationLibrarySpans", "instrumentation_library_spans"},
               {"spans"}},
              fields.scratch(), sink);
          read_export(resource_logs(fields),
                      {{"scopeLogs", "scope_logs", "instrumentationLibraryLogs"},
                       {"logRecords", "log_records", "logs"}},
                      fields.scratch(), sink);
        }};

}  // namespace ctxcap::ingest
