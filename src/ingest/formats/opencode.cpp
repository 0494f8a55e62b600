// Messages of opencode: as files and rows of its storage, as `opencode export` writes a session, and as the
// events of its server and of `run --format json`. A message of several steps is several calls, each with
// its counts in the part that ends it; the message itself has those of the last.

#include <string>

#include "ingest/formats/all.hpp"
#include "ingest/formats/members.hpp"
#include "ingest/formats/plain.hpp"
#include "ingest/spellings.hpp"

namespace ctxcap::ingest {
namespace {

// Nested parts stand beside each other here: what was cached or thought is not in input and output.
Usage usage_of_tokens(Value tokens, Scratch& scratch) {
  return usage_of_members(tokens, scratch, {.cached = Counted::beside, .reasoning = Counted::beside});
}

// Once all of a message stood under metadata.assistant.
Value counted_part(Value message) {
  const Value former = at_path(message, {"metadata", "assistant"});
  return former.is_object() ? former : message;
}

std::string_view model_of(Value message, Scratch& scratch) {
  const Value model = message.member("model");
  if (model.is_object()) return first_member(model, {"modelID", "modelId", "id"}).text(scratch);
  return first_member(message, {"modelID", "modelId", "model_id", "model"}).text(scratch);
}

// `call` has what stands around the message.
Call call_of(Call call, Value message, Value tokens, std::string_view id, Scratch& scratch) {
  const Value counted = counted_part(message);
  call.id = id;
  call.last_wins = true;
  call.usage = usage_of_tokens(tokens.opened(scratch), scratch);
  if (const std::string_view model = model_of(counted, scratch); !model.empty()) call.model = model;
  Value time = message.member("time");
  if (!time.is_object()) time = at_path(message, {"metadata", "time"});
  const Value started = first_member(time, {"created", "start"});
  if (started.present()) read_start(started, scratch, call);
  return call;
}

bool ends_step(Value part, Scratch& scratch) {
  const std::string_view type = part.member("type").text(scratch);
  return (type == "step-finish" || type == "step_finish") && part.member("tokens").present();
}

void read_message(const Call& around, Value message, Value parts, std::string_view id, Scratch& scratch,
                  Sink& sink) {
  if (id.empty()) id = message.member("id").text(scratch);
  bool in_steps = false;
  int step = 0;
  const auto add = [&](Value tokens, std::string_view call_id) {
    sink.add(call_of(around, message, tokens, call_id, scratch));
  };
  parts.each_element([&](Value part) {
    if (!ends_step(part, scratch)) return;
    in_steps = true;
    std::string_view part_id = part.member("id").text(scratch);
    if (part_id.empty() && !id.empty())
      part_id = scratch.keep(std::string(id) + "/" + std::to_string(++step));
    add(part.member("tokens"), part_id);
  });
  const std::string_view role = message.member("role").text(scratch);
  if (in_steps || (!role.empty() && role != "assistant")) return;
  const Value tokens = counted_part(message).member("tokens");
  if (tokens.present()) add(tokens, id);
}

// A row of the database has the message as text, and its own columns.
Value message_in(const Fields& fields) {
  for (const Key key : {Key::info, Key::data}) {
    const Value inside = fields[key].opened(fields.scratch());
    if (counted_part(inside).member("tokens").is_object()) return inside;
  }
  const Value event = first_member(fields[Key::properties], {"info", "part"});
  return event.is_object() ? event : fields[Key::part];
}

bool is_message(const Fields& fields) {
  const Value message = message_in(fields);
  if (counted_part(message).member("tokens").is_object()) return true;
  return fields.keys().has_all({Key::info, Key::messages}) && fields[Key::messages].is_array();
}

Call around_message(const Fields& fields) {
  Call call;
  read_plain_names(fields, call);
  if (!call.start) read_start(fields[Key::time_created], fields.scratch(), call);
  call.has_bad_time = false;  // what stands inside has a time of its own
  return call;
}

void read_record(const Fields& fields, Sink& sink) {
  Scratch& scratch = fields.scratch();
  if (fields[Key::info].is_object() && fields[Key::messages].is_array()) {
    fields[Key::messages].each_element([&](Value one) {
      const Value info = one.member("info");
      read_message({}, info.is_object() ? info : one, one.member("parts"), {}, scratch, sink);
    });
    return;
  }
  read_message(around_message(fields), message_in(fields), fields[Key::parts], fields[Key::id].text(scratch),
               scratch, sink);
}

// The message is the record itself.
void read_bare(const Fields& fields, Sink& sink) {
  read_message(around_message(fields), fields.record(), fields[Key::parts], {}, fields.scratch(), sink);
}

}  // namespace

constinit const Format kOpenCode{
    .name = "opencode",
    .help = "messages of opencode (storage, database, events)",
    .told_by = "`tokens` with `input` and `output`",
    .matches =
        [](const Fields& fields) {
          if (!fields.keys().has_any({Key::tokens, Key::metadata}) || !fields.record().present())
            return false;
          const Value tokens = fields[Key::tokens].opened(fields.scratch());
          if (first_member(tokens, {"input", "output"}).present()) return true;
          return at_path(fields[Key::metadata], {"assistant", "tokens"}).is_object();
        },
    .read = read_bare};

constinit const Format kOpenCodeSession{
    .name = "opencode",
    .help = "sessions of opencode (export), and messages inside of rows and events",
    .told_by = "`info` and `messages`, or `info`, `data`, `part` or `properties` that hold `tokens`",
    .matches = is_message,
    .read = read_record};

}  // namespace ctxcap::ingest
