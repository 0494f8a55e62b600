// Rows inside of what a log collector or a gateway wraps around them: Docker's and Kubernetes' `log`,
// journald's `MESSAGE`, Loki's `line`, Google's `jsonPayload`, Elastic's `_source`; and exchanges that a
// program logs as request and response. What stands around a row counts where the row is silent.

#include "ingest/formats/all.hpp"
#include "ingest/spellings.hpp"
#include "ingest/when.hpp"

namespace ctxcap::ingest {
namespace {

// What holds the row: text of any kind under names that only collectors have, of JSON under `message`.
Value wrapped_row(const Fields& fields) {
  if (fields.keys().has_any(count_keys()) || fields.keys().has(Key::usage)) return {};  // a row itself
  for (const Key key : {Key::jsonPayload, Key::source_}) {
    if (fields[key].is_object()) return fields[key];
  }
  const Value text = fields.first({Key::MESSAGE, Key::log, Key::line, Key::textPayload});
  if (text.is_string() || text.is_object()) return text;
  const Value message = fields[Key::message];
  return message.raw().starts_with(R"("{)") ? message : Value();
}

Around around_of(const Fields& fields) {
  Around around;
  for (const Key key : {Key::time, Key::timestamp, Key::at_timestamp, Key::ts, Key::created_at, Key::date}) {
    if (!around.start) around.start = read_time(fields[key], fields.scratch());
  }
  return around;
}

void read_wrapped(const Fields& fields, Sink& sink) {
  if (!add_rows_of(wrapped_row(fields), around_of(fields), fields.scratch(), sink))
    sink.add(unusable(Reason::server_log));
}

bool holds_json(Value value) {
  return value.is_object() || value.raw().starts_with(R"("{)") || value.raw().starts_with(R"("[)");
}

// The counts are the answer's, what was asked for stands in the request.
void read_exchange(const Fields& fields, Sink& sink) {
  Scratch& scratch = fields.scratch();
  const Value request = fields[Key::request].opened(scratch);
  const Asked asked = read_asked(request, scratch);
  Around around = around_of(fields);
  around.job = fields[Key::job].text(scratch);
  around.model = request.member("model").text(scratch);
  around.num_ctx = asked.num_ctx;
  around.num_predict = asked.num_predict;
  if (!add_rows_of(fields[Key::response], around, scratch, sink)) sink.add(unusable(Reason::no_usage));
}

void read_hits(const Fields& fields, Sink& sink) {
  const Value hits = fields[Key::hits].is_array() ? fields[Key::hits] : fields[Key::hits].member("hits");
  if (!add_rows_of(hits, {}, fields.scratch(), sink)) sink.add(unusable(Reason::status_answer));
}

// {"stream": {...}, "values": [["1787217300000000000", "LINE"], ...]}
void read_stream(Value stream, Scratch& scratch, Sink& sink) {
  stream.member("values").each_element([&](Value pair) {
    Around around;
    int number = 0;
    pair.each_element([&](Value part) {
      if (number == 0) around.start = read_time(part, scratch);
      if (number == 1 && !add_rows_of(part, around, scratch, sink)) sink.add(unusable(Reason::server_log));
      ++number;
    });
  });
}

// One stream, those that a client pushes, or those that were asked for.
Value streams_of(const Fields& fields) {
  if (fields[Key::streams].is_array()) return fields[Key::streams];
  const Value result = fields[Key::data].member("result");
  return fields[Key::data].member("resultType").raw() == "\"streams\"" ? result : Value();
}

void read_streams(const Fields& fields, Sink& sink) {
  if (fields[Key::values].is_array()) return read_stream(fields.record(), fields.scratch(), sink);
  streams_of(fields).each_element([&](Value stream) { read_stream(stream, fields.scratch(), sink); });
}

}  // namespace

constinit const Format kLoki{.name = "loki",
                             .help = "streams of Loki's API: the rows are their lines",
                             .told_by = "`stream` and `values`, `streams`, or `data.resultType` streams",
                             .matches =
                                 [](const Fields& fields) {
                                   const bool is_stream =
                                       fields.keys().has(Key::stream) && fields[Key::values].is_array();
                                   return is_stream || streams_of(fields).is_array();
                                 },
                             .read = read_streams,
                             .holds_rows = true};

constinit const Format kWrapped{
    .name = "wrapped",
    .help =
        "line of a log collector (Docker, Kubernetes, journald, Loki, Google, Elastic): the row is inside",
    .told_by = "`log`, `MESSAGE`, `line`, `textPayload`, `jsonPayload` or `_source`; `message` with JSON",
    .matches = [](const Fields& fields) { return wrapped_row(fields).present(); },
    .read = read_wrapped,
    .holds_rows = true};

constinit const Format kExchange{.name = "exchange",
                                 .help = "request and response of one call: the answer is inside",
                                 .told_by = "objects under `request` and `response`, or their text",
                                 .matches =
                                     [](const Fields& fields) {
                                       return holds_json(fields[Key::request]) &&
                                              holds_json(fields[Key::response]);
                                     },
                                 .read = read_exchange,
                                 .holds_rows = true};

constinit const Format kHits{.name = "elastic",
                             .help = "answer of a search: the rows are in its hits",
                             .told_by = "`hits.hits`",
                             .matches =
                                 [](const Fields& fields) {
                                   return fields[Key::hits].is_array() ||
                                          fields[Key::hits].member("hits").is_array();
                                 },
                             .read = read_hits,
                             .holds_rows = true};

}  // namespace ctxcap::ingest
