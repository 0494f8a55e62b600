// Answers of APIs that hold their rows under another name than "data".

#include <array>

#include "ingest/formats/all.hpp"

namespace ctxcap::ingest {
namespace {

Value rows_of(const Fields& fields) {
  for (const Key key :
       {Key::events, Key::spans, Key::calls, Key::runs, Key::rows, Key::items, Key::results}) {
    bool holds_rows = false;
    fields[key].each_element([&](Value row) { holds_rows = holds_rows || row.is_object(); });
    if (holds_rows) return fields[key];
  }
  return {};
}

}  // namespace

constinit const Format kRows{
    .name = "rows",
    .help = "answer of an API: rows under \"events\", \"spans\", \"calls\", \"runs\" or the like",
    .told_by = "an array of objects under one of these keys, and no other format",
    .matches = [](const Fields& fields) { return rows_of(fields).is_array(); },
    .read =
        [](const Fields& fields, Sink& sink) {
          const bool whole = rows_of(fields).each_element([&](Value row) {
            if (row.is_object()) return sink.nested(row.raw());
            sink.add(unusable(Reason::unknown_format));
          });
          if (!whole) sink.add(unusable(Reason::bad_json));
        },
    .holds_rows = true};

}  // namespace ctxcap::ingest
