// Documents that hold rows: a page of an API, and a trace with its observations inside.

#include "ingest/formats/all.hpp"

namespace ctxcap::ingest {
namespace {

void read_rows(Value rows, Sink& sink) {
  const bool whole = rows.each_element([&](Value row) {
    if (row.is_object()) return sink.nested(row.raw());
    sink.add(unusable(Reason::unknown_format));
  });
  if (!whole) sink.add(unusable(Reason::bad_json));
}

}  // namespace

constinit const Format kPage{
    .name = "page",
    .help = "page of an API: rows under \"data\"",
    .told_by = "an array under `data`",
    .matches =
        [](const Fields& fields) { return fields[Key::data].is_array() && !fields.keys().has(Key::models); },
    .read = [](const Fields& fields, Sink& sink) { read_rows(fields[Key::data], sink); },
    .holds_rows = true};

constinit const Format kTrace{
    .name = "trace",
    .help = "trace of GET /api/public/traces/ID with its observations",
    .told_by = "objects under `observations`",
    .matches =
        [](const Fields& fields) {
          // Lists of traces carry only the ids of their observations.
          bool holds_rows = false;
          fields[Key::observations].each_element(
              [&](Value row) { holds_rows = holds_rows || row.is_object(); });
          return holds_rows;
        },
    .read = [](const Fields& fields, Sink& sink) { read_rows(fields[Key::observations], sink); },
    .holds_rows = true};

}  // namespace ctxcap::ingest
