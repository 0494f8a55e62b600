// aider's analytics log: events with properties, of which message_send has the counts of a call.

#include "ingest/formats/all.hpp"
#include "ingest/formats/members.hpp"
#include "ingest/spellings.hpp"

namespace ctxcap::ingest {
namespace {

Value properties_of(const Fields& fields) {
  return fields.keys().has(Key::properties) ? fields[Key::properties].opened(fields.scratch())
                                            : fields.record();
}

Value counts_of(const Fields& fields) {
  const Value properties = properties_of(fields);
  const Value usage = properties.member("usage");
  return usage.is_object() ? usage : properties;
}

void read_event(const Fields& fields, Sink& sink) {
  Scratch& scratch = fields.scratch();
  const Value counts = counts_of(fields);
  if (!first_member(counts, {"prompt_tokens", "promptTokens", "input_tokens"}).present()) return;
  const Value properties = properties_of(fields);
  Call call;
  call.usage = usage_of_members(counts, scratch);
  call.id = fields[Key::uuid].text(scratch);
  call.model = first_member(properties, {"main_model", "mainModel", "model"}).text(scratch);
  read_start(fields.first({Key::time, Key::timestamp, Key::ts}), scratch, call);
  const Asked asked = read_asked(properties, scratch);
  call.num_ctx = asked.num_ctx;
  call.num_predict = asked.num_predict;
  sink.add(call);
}

}  // namespace

constinit const Format kAider{
    .name = "aider",
    .help = "aider's analytics log (--analytics-log)",
    .told_by = "`event` and `properties` or `main_model`",
    .matches =
        [](const Fields& fields) {
          return fields.keys().has(Key::event) && fields.keys().has_any({Key::properties, Key::main_model});
        },
    .read = read_event};

}  // namespace ctxcap::ingest
