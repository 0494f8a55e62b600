// Spans of Jaeger (its UI's JSON, and what it stores) and of Zipkin: OpenTelemetry's attributes as tags.

#include <charconv>
#include <string>

#include "ingest/formats/all.hpp"
#include "ingest/formats/members.hpp"
#include "ingest/span.hpp"

namespace ctxcap::ingest {
namespace {

// A start and a duration in one unit -> the end.
Value end_of(Value start, Value duration, Scratch& scratch) {
  const auto number = [&](Value value) -> i64 {
    const std::string_view text = value.text(scratch);
    const char* const last = text.data() + text.size();
    i64 result = 0;
    const auto [end, error] = std::from_chars(text.data(), last, result);
    return error == std::errc() && end == last ? result : 0;
  };
  const i64 begin = number(start), length = number(duration);
  return begin == 0 || length == 0 ? Value() : Value::bare(scratch.keep(std::to_string(begin + length)));
}

void take_tag(Span& span, std::string_view name, Value value, Scratch& scratch) {
  if (name == "otel.scope.name" || name == "otel.library.name") span.scope = value.text(scratch);
  if (name == "otel.status_code") span.failed = value.text(scratch) == "ERROR";
  if (name == "error" && value.text(scratch) != "false") span.failed = true;
  if (name == "otel.status_description" || name == "error.message") span.status_message = value.text(scratch);
  span.attributes.put(name, value);
}

// [{"key": "k", "type": "int64", "value": 7}], or a map, in which Elasticsearch wants no dots.
void take_tags(Span& span, Value tags, Scratch& scratch) {
  tags.each_element([&](Value tag) {
    const Value value =
        first_member(tag, {"value", "vStr", "vInt64", "vFloat64", "vBool", "v_str", "v_int64"});
    take_tag(span, tag.member("key").text(scratch), value, scratch);
  });
  tags.each_member([&](std::string_view key, Value value) {
    std::string name(key);
    for (char& c : name) {
      if (c == '@') c = '.';
    }
    take_tag(span, scratch.keep(std::move(name)), value, scratch);
  });
}

void read_jaeger_span(Value object, Value processes, Scratch& scratch, Sink& sink) {
  Span span;
  Value process = object.member("process");
  if (!process.is_object())
    process = processes.member(first_member(object, {"processID", "processId", "process_id"}).text(scratch));
  span.service = first_member(process, {"serviceName", "service_name"}).text(scratch);
  span.trace = first_member(object, {"traceID", "traceId", "trace_id"}).text(scratch);
  span.id = first_member(object, {"spanID", "spanId", "span_id"}).text(scratch);
  span.parent = first_member(object, {"parentSpanID", "parentSpanId", "parent_span_id"}).text(scratch);
  object.member("references").each_element([&](Value reference) {
    const auto id = [&](std::initializer_list<std::string_view> names) {
      return first_member(reference, names).text(scratch);
    };
    if (span.parent.empty() && id({"traceID", "traceId", "trace_id"}) == span.trace)
      span.parent = id({"spanID", "spanId", "span_id"});
  });
  span.name = first_member(object, {"operationName", "operation_name"}).text(scratch);
  span.start = first_member(object, {"startTime", "start_time", "startTimeMillis"});
  span.end = end_of(span.start, object.member("duration"), scratch);
  take_tags(span, object.member("tags"), scratch);
  take_tags(span, object.member("tag"), scratch);
  add_span(span, scratch, sink);
}

void read_jaeger_trace(const Fields& fields, Sink& sink) {
  const bool whole = fields[Key::spans].each_element(
      [&](Value span) { read_jaeger_span(span, fields[Key::processes], fields.scratch(), sink); });
  if (!whole) sink.add(unusable(Reason::bad_json));
}

void read_zipkin_span(const Fields& fields, Sink& sink) {
  Scratch& scratch = fields.scratch();
  Span span;
  span.trace = fields[Key::traceId].text(scratch);
  span.id = fields[Key::id].text(scratch);
  span.parent = fields[Key::parentId].text(scratch);
  span.name = fields[Key::name].text(scratch);
  span.service = fields[Key::localEndpoint].member("serviceName").text(scratch);
  span.start = fields[Key::timestamp];
  span.end = end_of(span.start, fields[Key::duration], scratch);
  take_tags(span, fields[Key::tags], scratch);
  take_tags(span, fields[Key::binaryAnnotations], scratch);
  add_span(span, scratch, sink);
}

}  // namespace

constinit const Format kJaeger{.name = "jaeger",
                               .help = "trace of Jaeger's UI and API",
                               .told_by = "`spans` and `processes`",
                               .matches =
                                   [](const Fields& fields) {
                                     return fields[Key::spans].is_array() &&
                                            fields[Key::processes].is_object();
                                   },
                               .read = read_jaeger_trace};

constinit const Format kJaegerSpan{
    .name = "jaeger",
    .help = "span as Jaeger stores it",
    .told_by = "`operationName` and `spanID`",
    .matches =
        [](const Fields& fields) {
          return fields.keys().has(Key::operationName) && fields.keys().has_any({Key::spanID, Key::spanId});
        },
    .read = [](const Fields& fields,
               Sink& sink) { read_jaeger_span(fields.record(), {}, fields.scratch(), sink); }};

constinit const Format kZipkin{
    .name = "zipkin",
    .help = "span of Zipkin",
    .told_by = "`traceId`, `id`, and a map `tags` or `binaryAnnotations`",
    .matches =
        [](const Fields& fields) {
          if (!fields.keys().has_all({Key::traceId, Key::id})) return false;
          if (fields.keys().has_any({Key::localEndpoint, Key::binaryAnnotations})) return true;
          return fields[Key::tags].is_object() && fields.keys().has_any({Key::duration, Key::kind});
        },
    .read = read_zipkin_span};

}  // namespace ctxcap::ingest
