// Rows inside of what a log collector wraps around them: Docker's and Kubernetes' `log`, journald's
// `MESSAGE`; and exchanges that a program logs as request and response.

#include "ingest/formats/all.hpp"

namespace ctxcap::ingest {
namespace {

Value wrapped_text(const Fields& fields) {
  return fields.first({Key::MESSAGE, Key::log});
}

void read_wrapped(const Fields& fields, Sink& sink) {
  const Value inner = wrapped_text(fields).opened(fields.scratch());
  if (inner.is_object()) return sink.nested_text(inner.raw());
  sink.add(unusable(Reason::server_log));
}

}  // namespace

constinit const Format kWrapped{
    .name = "wrapped",
    .help = "line of a log collector (Docker, Kubernetes, journald): the row is text inside",
    .told_by = "`log` or `MESSAGE`, a text",
    .matches = [](const Fields& fields) { return wrapped_text(fields).is_string(); },
    .read = read_wrapped,
    .holds_rows = true};

constinit const Format kExchange{
    .name = "exchange",
    .help = "request and response of one call: the answer is inside",
    .told_by = "objects under `request` and `response`",
    .matches =
        [](const Fields& fields) {
          return fields[Key::request].is_object() && fields[Key::response].is_object();
        },
    .read = [](const Fields& fields, Sink& sink) { sink.nested(fields[Key::response].raw()); },
    .holds_rows = true};

}  // namespace ctxcap::ingest
