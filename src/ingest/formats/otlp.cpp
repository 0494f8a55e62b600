// OpenTelemetry as the collector's file exporter writes it: one export of many spans a line. Events about the
// same calls (resourceLogs) are rows of the same ids, so that a span wins over its event and a file of events
// alone is enough. Metrics are sums in buckets and are refused.

#include <initializer_list>

#include "base/words.hpp"
#include "ingest/formats/all.hpp"
#include "ingest/formats/members.hpp"
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

void take_member(std::string_view key, Value value, Span& span, Scratch& scratch) {
  const auto is = [&](const auto& camel, const auto& snake) { return same_word(key, camel) || same_word(key, snake); };
  if (is("traceId", "trace_id")) span.trace = value.text(scratch);
  if (is("spanId", "span_id")) span.id = value.text(scratch);
  if (is("parentSpanId", "parent_span_id")) span.parent = value.text(scratch);
  if (same_word(key, "name")) span.name = value.text(scratch);
  if (is("startTimeUnixNano", "start_time_unix_nano")) span.start = value;
  if (is("timeUnixNano", "time_unix_nano") && value.text(scratch) != "0") span.start = value;
  if (is("observedTimeUnixNano", "observed_time_unix_nano") && !span.start.present()) span.start = value;
  if (is("eventName", "event_name")) span.attributes.put("event.name", value);
  if (is("endTimeUnixNano", "end_time_unix_nano")) span.end = value;
  if (same_word(key, "status")) take_status(value, span, scratch);
}

void read_span(Forward& reader, Span span, Scratch& scratch, Sink& sink) {
  const bool whole = reader.members([&](std::string_view key) {
    if (!same_word(key, "attributes")) return take_member(key, reader.value(), span, scratch);
    read_attributes(reader, scratch,
                    [&](std::string_view name, Value inner) { span.attributes.put(name, inner); });
  });
  if (!whole) return sink.add(unusable(Reason::bad_json));
  add_span(span, scratch, sink);
}

using Names = std::initializer_list<std::string_view>;  // of one thing; the first that is there

// Of an object of which one member is a long list, and another says whose it is: read_owner(Value), then read_row() for
// each element of the list, which goes behind it. Where both have their usual name and the owner stands first, as
// senders write it, nothing is looked at twice.
template <typename ReadOwner, typename ReadRow>
void read_level(Forward& reader, Names owners, Names lists, ReadOwner&& read_owner, ReadRow&& read_row) {
  const std::size_t begin = reader.at;
  Value owner;
  bool met = false, done = false;
  reader.members([&](std::string_view key) {
    const bool is_list = key == *lists.begin();
    if (is_list && !met && owner.present() && reader.is_at('[')) {
      read_owner(owner);
      reader.elements([&] { read_row(reader); });
      done = true;
    } else {
      const Value value = reader.value();
      if (key == *owners.begin() && owner.raw().empty()) owner = value;
    }
    met = met || is_list;
  });
  if (done || reader.failed()) return;
  const Value whole = Value::json(reader.text.substr(begin, reader.at - begin));
  read_owner(first_member(whole, owners));
  const Value list = first_member(whole, lists);
  Forward apart{list.raw()};
  if (list.is_array()) apart.elements([&] { read_row(apart); });
}

void read_export(Value resources, Names scopes, Names rows, Scratch& scratch, Sink& sink) {
  if (!resources.is_array()) return;
  Forward reader{resources.raw()};
  reader.elements([&] {
    Span span;
    const auto take_resource = [&](Value resource) { span.service = service_of(resource, scratch); };
    const auto take_scope = [&](Value scope) { span.scope = scope.member("name").text(scratch); };
    read_level(reader, {"resource"}, scopes, take_resource, [&](Forward& at) {
      read_level(at, {"scope", "instrumentationLibrary"}, rows, take_scope,
                 [&](Forward& row) { read_span(row, span, scratch, sink); });
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
              {"scopeSpans", "scope_spans", "instrumentationLibrarySpans", "instrumentation_library_spans"},
              {"spans"}, fields.scratch(), sink);
          read_export(resource_logs(fields), {"scopeLogs", "scope_logs", "instrumentationLibraryLogs"},
                      {"logRecords", "log_records", "logs"}, fields.scratch(), sink);
        }};

}  // namespace ctxcap::ingest
