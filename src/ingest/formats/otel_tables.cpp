// Rows of the tables that hold OpenTelemetry's spans and log records: those of the collector's exporter to
// ClickHouse, SigNoz's, Quickwit's. Attributes are a map, of which text exports leave quotes of their own.

#include <charconv>
#include <string>

#include "base/time.hpp"
#include "ingest/formats/all.hpp"
#include "ingest/formats/members.hpp"
#include "ingest/span.hpp"
#include "ingest/when.hpp"

namespace ctxcap::ingest {
namespace {

// {'k':'v','l':'w'}
void take_quoted_map(std::string_view text, Span& span, Scratch& scratch) {
  std::string part, key;
  bool is_open = false, is_key = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_open && text[i] == '\\' && i + 1 < text.size()) {
      part += text[++i];
    } else if (text[i] != '\'') {
      if (is_open) part += text[i];
    } else if (!is_open) {
      is_open = true;
      part.clear();
    } else {
      is_open = false;
      if (is_key) key = part;
      if (!is_key) span.attributes.put(scratch.keep(key), Value::bare(scratch.keep(part)));
      is_key = !is_key;
    }
  }
}

void take_map(Value map, Span& span, Scratch& scratch) {
  const Value opened = map.opened(scratch);
  const bool is_json = opened.each_member(
      [&](std::string_view key, Value value) { span.attributes.put_nested(std::string(key), value); });
  if (!is_json && map.present()) take_quoted_map(map.text(scratch), span, scratch);
}

std::string_view service_of(const Fields& fields) {
  Scratch& scratch = fields.scratch();
  const std::string_view service =
      fields.first({Key::ServiceName, Key::serviceName, Key::service_name}).text(scratch);
  if (!service.empty()) return service;
  const Value resource = fields.first({Key::ResourceAttributes, Key::resource_attributes}).opened(scratch);
  const std::string_view named = resource.member("service.name").text(scratch);
  return named.empty() ? at_path(resource, {"service", "name"}).text(scratch) : named;
}

// In nanoseconds.
void take_end(Value duration, Span& span, Scratch& scratch) {
  const auto start = read_time(span.start, scratch);
  const std::string_view text = duration.text(scratch);
  i64 nanos = 0;
  std::from_chars(text.data(), text.data() + text.size(), nanos);
  if (start) span.end = Value::bare(scratch.keep(std::to_string(start->micros + nanos / 1000)));
}

void read_row(const Fields& fields, Sink& sink) {
  Scratch& scratch = fields.scratch();
  const auto text = [&](std::initializer_list<Key> keys) { return fields.first(keys).text(scratch); };
  Span span;
  span.trace = text({Key::TraceId, Key::traceID, Key::trace_id});
  span.id = text({Key::SpanId, Key::spanID, Key::span_id});
  span.parent = text({Key::ParentSpanId, Key::parentSpanID, Key::parent_span_id});
  span.name = text({Key::SpanName, Key::span_name, Key::name});
  span.scope = text({Key::ScopeName, Key::otel_scope_name});
  span.service = service_of(fields);
  span.start = fields.first({Key::Timestamp, Key::timestamp, Key::span_start_nanos, Key::start_time_unix_nano,
                             Key::start_timestamp, Key::start_time, Key::time});
  span.end = fields.first({Key::span_end_nanos, Key::end_time_unix_nano, Key::end_timestamp, Key::end_time});
  if (!span.end.present())
    take_end(fields.first({Key::Duration, Key::duration_nano, Key::durationNano}), span, scratch);
  const std::string_view status = text({Key::StatusCode, Key::status_code_string});
  span.failed = status == "Error" || status == "STATUS_CODE_ERROR" || status == "ERROR";
  span.status_message = text({Key::StatusMessage, Key::status_message});
  for (const Key key : {Key::SpanAttributes, Key::LogAttributes, Key::span_attributes, Key::attributes_string,
                        Key::attributes_number, Key::stringTagMap, Key::numberTagMap, Key::attributes}) {
    take_map(fields[key], span, scratch);
  }
  if (fields.keys().has(Key::EventName)) span.attributes.put("event.name", fields[Key::EventName]);
  add_span(span, scratch, sink);
}

}  // namespace

constinit const Format kOtelTable{
    .name = "otel-table",
    .help = "rows of OpenTelemetry's tables in ClickHouse (otel_traces, otel_logs), SigNoz and Quickwit",
    .told_by = "`SpanAttributes`, `LogAttributes` or `attributes_string`",
    .matches =
        [](const Fields& fields) {
          if (fields.keys().has_any(
                  {Key::SpanAttributes, Key::LogAttributes, Key::attributes_string, Key::stringTagMap}))
            return true;
          return fields.keys().has_all({Key::span_attributes, Key::trace_id, Key::span_id}) &&
                 !fields.keys().has(Key::metrics);
        },
    .read = read_row};

constinit const Format kOtelRow{
    .name = "otel-row",
    .help = "spans and events of OpenTelemetry, one a row, with a map of attributes (Logfire and others)",
    .told_by =
        "`attributes` with names of OpenTelemetry's, such as `gen_ai.usage.input_tokens`, `event.name`",
    .matches =
        [](const Fields& fields) {
          const Value attributes = fields[Key::attributes].opened(fields.scratch());
          return first_member(attributes, {"gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens",
                                           "gen_ai.operation.name", "llm.token_count.prompt", "event.name",
                                           "gen_ai", "openinference.span.kind", "ai.operationId"})
              .present();
        },
    .read = read_row};

}  // namespace ctxcap::ingest
