// Answers of APIs that hold their rows under another name than "data".

#include "ingest/formats/all.hpp"
#include "ingest/formats/members.hpp"

namespace ctxcap::ingest {
namespace {

Value rows_of(const Fields& fields) {
  for (const Key key :
       {Key::events, Key::spans, Key::calls, Key::runs, Key::rows, Key::items, Key::results, Key::outputs}) {
    bool holds_rows = false;
    fields[key].each_element([&](Value row) { holds_rows = holds_rows || row.is_object(); });
    if (holds_rows) return fields[key];
  }
  return {};
}

// What is said in a conversation holds counts only where it is an answer.
Value conversation_of(const Fields& fields) {
  return fields.first({Key::messages, Key::ui_messages, Key::uiMessages, Key::clineMessages});
}

bool may_count(Value message) {
  return first_member(message, {"usage", "tokens", "say", "usage_metadata", "usageMetadata"}).present();
}

void read_conversation(const Fields& fields, Sink& sink) {
  conversation_of(fields).each_element([&](Value message) {
    if (message.is_object() && may_count(message)) sink.nested(message.raw());
  });
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

constinit const Format kConversation{
    .name = "conversation",
    .help = "a conversation whose answers have their counts",
    .told_by = "`messages` with `usage` or `tokens` inside, and no other format",
    .matches =
        [](const Fields& fields) {
          bool counts = false;
          conversation_of(fields).each_element([&](Value message) { counts = counts || may_count(message); });
          return counts;
        },
    .read = read_conversation,
    .holds_rows = true};

}  // namespace ctxcap::ingest
