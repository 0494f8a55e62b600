// Arize Phoenix: spans of its REST API (also in OTLP's spelling), and its dataframes as JSONL or CSV. The
// pages of the API are unpacked by page.cpp.

#include <array>

#include "ingest/formats/all.hpp"
#include "ingest/formats/typed_values.hpp"
#include "ingest/span.hpp"

namespace ctxcap::ingest {
namespace {

constexpr std::array kDataframeBody{Key::df_input};

// The kind of a span stands at its top, and is also right for spans that were converted from gen_ai.
Span common_part(const Fields& fields) {
  Scratch& scratch = fields.scratch();
  Span span;
  span.name = fields[Key::name].text(scratch);
  span.kind = fields[Key::span_kind].text(scratch);
  span.parent = fields.first({Key::parent_id, Key::parent_span_id}).text(scratch);
  span.start = fields.first({Key::start_time, Key::start_time_unix_nano});
  span.end = fields.first({Key::end_time, Key::end_time_unix_nano});
  span.failed = fields[Key::status_code].text(scratch) == "ERROR";
  span.status_message = fields[Key::status_message].text(scratch);
  return span;
}

void read_rest_span(const Fields& fields, Sink& sink) {
  Scratch& scratch = fields.scratch();
  Span span = common_part(fields);
  span.trace = fields[Key::context].member("trace_id").text(scratch);
  span.id = fields[Key::context].member("span_id").text(scratch);
  fields[Key::attributes].each_member(
      [&](std::string_view name, Value value) { span.attributes.put(name, value); });
  add_span(span, scratch, sink);
}

void read_otlp_span(const Fields& fields, Sink& sink) {
  Scratch& scratch = fields.scratch();
  Span span = common_part(fields);
  span.trace = fields[Key::trace_id].text(scratch);
  span.id = fields[Key::span_id].text(scratch);
  span.failed = fields[Key::status].member("code").text(scratch) == "2";
  span.status_message = fields[Key::status].member("message").text(scratch);
  each_attribute(fields[Key::attributes], scratch,
                 [&](std::string_view name, Value value) { span.attributes.put(name, value); });
  add_span(span, scratch, sink);
}

void read_dataframe_row(const Fields& fields, Sink& sink) {
  Scratch& scratch = fields.scratch();
  Span span = common_part(fields);
  span.trace = fields[Key::context_trace_id].text(scratch);
  span.id = fields[Key::context_span_id].text(scratch);
  for (const Key key :
       {Key::df_prompt, Key::df_completion, Key::df_model, Key::df_parameters, Key::df_operation,
        Key::df_input_tokens, Key::df_output_tokens, Key::df_agent, Key::df_request_model}) {
    constexpr std::string_view kPrefix = "attributes.";
    const std::string_view name = kKeySpellings[static_cast<std::size_t>(key)].substr(kPrefix.size());
    if (fields[key].present()) span.attributes.put(name, fields[key]);
  }
  add_span(span, scratch, sink);
}

}  // namespace

constinit const Format kPhoenix{
    .name = "phoenix",
    .help = "span of Phoenix' REST API",
    .told_by = "`context`, `span_kind` and `attributes`",
    .matches =
        [](const Fields& fields) {
          return fields.keys().has_all({Key::context, Key::span_kind, Key::attributes});
        },
    .read = read_rest_span};

constinit const Format kPhoenixOtlp{
    .name = "phoenix-otlp",
    .help = "span of Phoenix' REST API in OTLP's spelling",
    .told_by = "`trace_id`, `span_id`, `start_time_unix_nano` and `attributes`",
    .matches =
        [](const Fields& fields) {
          return fields.keys().has_all(
              {Key::trace_id, Key::span_id, Key::start_time_unix_nano, Key::attributes});
        },
    .read = read_otlp_span};

constinit const Format kPhoenixDataframe{
    .name = "phoenix-dataframe",
    .help = "row of a Phoenix dataframe (JSONL, CSV)",
    .told_by = "`span_kind` and `context.span_id`",
    .matches =
        [](const Fields& fields) {
          return fields.keys().has_all({Key::span_kind, Key::context_span_id});
        },
    .read = read_dataframe_row,
    .body = kDataframeBody};

}  // namespace ctxcap::ingest
