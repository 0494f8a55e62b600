// MLflow traces: trace.to_json() with its spans, the REST answer, and dataframes whose column `trace` holds
// the former as text. The totals in a trace's metadata are sums over its calls and are not read.

#include "ingest/formats/all.hpp"
#include "ingest/formats/typed_values.hpp"
#include "ingest/span.hpp"

namespace ctxcap::ingest {
namespace {

// Every attribute of to_json() is JSON text in a string: "\"tiny-llama\"", "{\"input_tokens\": 56}".
Value json_inside(Value value, Scratch& scratch) {
  const std::string_view text = value.text(scratch);
  return text.empty() ? Value() : Value::json(text);
}

// The REST answer's attributes are typed; its usage is a map of them.
void put_typed(Span& span, std::string_view name, Value value, Scratch& scratch) {
  if (name != "mlflow.chat.tokenUsage") return span.attributes.put(name, value);
  each_attribute(value, scratch, [&](std::string_view part, Value count) {
    if (part == "input_tokens") span.attributes.put("gen_ai.usage.input_tokens", count);
    if (part == "output_tokens") span.attributes.put("gen_ai.usage.output_tokens", count);
  });
}

void read_mlflow_span(Value object, std::string_view job, Scratch& scratch, Sink& sink) {
  Span span{.job = job};
  const bool whole = object.each_member([&](std::string_view key, Value value) {
    if (key == "trace_id") span.trace = value.text(scratch);
    if (key == "span_id") span.id = value.text(scratch);
    if (key == "parent_span_id") span.parent = value.text(scratch);
    if (key == "name") span.name = value.text(scratch);
    if (key == "start_time_unix_nano") span.start = value;
    if (key == "end_time_unix_nano") span.end = value;
    if (key == "status") {
      span.failed = value.member("code").text(scratch) == "STATUS_CODE_ERROR";
      span.status_message = value.member("message").text(scratch);
    }
    if (key == "attributes" && value.is_object()) {
      value.each_member([&](std::string_view name, Value inner) {
        span.attributes.put(name, json_inside(inner, scratch));
      });
    } else if (key == "attributes") {
      each_attribute(value, scratch,
                     [&](std::string_view name, Value inner) { put_typed(span, name, inner, scratch); });
    }
  });
  if (!whole) return sink.add(unusable(Reason::bad_json));
  add_span(span, scratch, sink);
}

// The trace's name, unless a client library gave it.
std::string_view job_of(Value tags, Scratch& scratch) {
  const std::string_view name = tags.member("mlflow.traceName").text(scratch);
  return is_client_name(name, {}) ? std::string_view() : name;
}

void read_trace(Value info, Value spans, Scratch& scratch, Sink& sink) {
  const std::string_view job = job_of(info.member("tags"), scratch);
  const bool whole = spans.each_element([&](Value span) { read_mlflow_span(span, job, scratch, sink); });
  if (!whole) sink.add(unusable(Reason::bad_json));
}

}  // namespace

constinit const Format kMlflow{
    .name = "mlflow",
    .help = "MLflow trace with its spans (to_json)",
    .told_by = "`info` and an object `data`",
    .matches =
        [](const Fields& fields) { return fields.keys().has(Key::info) && fields[Key::data].is_object(); },
    .read =
        [](const Fields& fields, Sink& sink) {
          read_trace(fields[Key::info], fields[Key::data].member("spans"), fields.scratch(), sink);
        }};

constinit const Format kMlflowRest{
    .name = "mlflow-rest",
    .help = "MLflow trace of the REST API (get)",
    .told_by = "`trace.trace_info`",
    .matches =
        [](const Fields& fields) {
          return fields[Key::trace].is_object() && fields[Key::trace].member("trace_info").present();
        },
    .read =
        [](const Fields& fields, Sink& sink) {
          const Value trace = fields[Key::trace];
          read_trace(trace.member("trace_info"), trace.member("spans"), fields.scratch(), sink);
        }};

constinit const Format kMlflowDataframe{
    .name = "mlflow-dataframe",
    .help = "row of an MLflow dataframe (JSONL, CSV): the trace is text in its column",
    .told_by = "`trace`, `trace_id` and `trace_metadata`",
    .matches =
        [](const Fields& fields) {
          return fields.keys().has_all({Key::trace, Key::trace_id, Key::trace_metadata});
        },
    .read =
        [](const Fields& fields, Sink& sink) {
          const Value trace = fields[Key::trace].opened(fields.scratch());
          if (!trace.is_object()) return sink.add(unusable(Reason::bad_json));
          sink.nested_text(trace.raw());
        },
    .holds_rows = true};

}  // namespace ctxcap::ingest
