// OpenTelemetry as the collector's file exporter writes it: one export of many spans a line. Events about the
// same calls (resourceLogs) are rows of the same ids, so that a span wins over its event and a file of events
// alone is enough. Metrics are sums in buckets and are refused.

#include <algorithm>
#include <array>

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

bool is_event_time(std::string_view key) {
  return key == "timeUnixNano" || key == "time_unix_nano";
}
bool is_observed_time(std::string_view key) {
  return key == "observedTimeUnixNano" || key == "observed_time_unix_nano";
}

void take_member(std::string_view key, Value value, Span& span, Scratch& scratch) {
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
}

void read_span(Forward& reader, Span span, Scratch& scratch, Sink& sink) {
  const bool whole = reader.members([&](std::string_view key) {
    if (key != "attributes") return take_member(key, reader.value(), span, scratch);
    read_attributes(reader, scratch,
                    [&](std::string_view name, Value inner) { span.attributes.put(name, inner); });
  });
  if (!whole) return sink.add(unusable(Reason::bad_json));
  add_span(span, scratch, sink);
}

// An object of which one member is a long list, and another says whose it is. Of several names the first that is there.
struct Level {
  std::array<std::string_view, 2> owner;
  std::array<std::string_view, 4> list;
};

// Values under some names, each the first of its name.
template <std::size_t N>
struct Named {
  const std::array<std::string_view, N>& names;
  std::array<Value, N> values{};

  void offer(std::string_view key, Value value) {
    for (std::size_t i = 0; i < N; ++i) {
      if (!key.empty() && names[i] == key && values[i].raw().empty()) values[i] = value;
    }
  }
  Value first() const {
    const auto found = std::ranges::find_if(values, &Value::present);
    return found == values.end() ? Value() : *found;
  }
};

// read_owner(Value), then read_row() for each element of the list, which goes behind it. Where the owner stands first,
// as senders write it, nothing is looked at twice.
template <typename ReadOwner, typename ReadRow>
void read_level(Forward& reader, const Level& level, ReadOwner&& read_owner, ReadRow&& read_row) {
  Named<2> owner{level.owner};
  Named<4> list{level.list};
  bool done = false;
  reader.members([&](std::string_view key) {
    const bool is_next = !done && key == level.list[0] && list.values[0].raw().empty() && reader.is_at('[') &&
                         owner.values[0].present();
    if (!is_next) {
      const Value value = reader.value();
      owner.offer(key, value);
      list.offer(key, value);
      return;
    }
    done = true;
    read_owner(owner.values[0]);
    reader.elements([&] { read_row(reader); });
  });
  if (done) return;
  read_owner(owner.first());
  Forward apart{list.first().raw()};
  if (apart.is_at('[')) apart.elements([&] { read_row(apart); });
}

void read_export(Value resources, const Level& resource, const Level& scope, Scratch& scratch, Sink& sink) {
  if (!resources.is_array()) return;
  Forward reader{resources.raw()};
  reader.elements([&] {
    Span span;
    read_level(
        reader, resource, [&](Value owner) { span.service = service_of(owner, scratch); },
        [&](Forward& at) {
          read_level(
              at, scope, [&](Value owner) { span.scope = owner.member("name").text(scratch); },
              [&](Forward& row) { read_span(row, span, scratch, sink); });
        });
  });
}

constexpr Level kSpansOfResource{
    {"resource"}, {"scopeSpans", "scope_spans", "instrumentationLibrarySpans", "instrumentation_library_spans"}};
constexpr Level kSpansOfScope{{"scope", "instrumentationLibrary"}, {"spans"}};
constexpr Level kLogsOfResource{{"resource"}, {"scopeLogs", "scope_logs", "instrumentationLibraryLogs"}};
constexpr Level kLogsOfScope{{"scope", "instrumentationLibrary"}, {"logRecords", "log_records", "logs"}};

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
          read_export(resource_spans(fields), kSpansOfResource, kSpansOfScope, fields.scratch(), sink);
          read_export(resource_logs(fields), kLogsOfResource, kLogsOfScope, fields.scratch(), sink);
        }};

}  // namespace ctxcap::ingest
