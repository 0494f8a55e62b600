// Rollouts of Codex. Behind each call stands an event with the counts of that call and the sums of the
// session; it comes again when nothing but a rate limit changed, and the unchanged sums tell. The model is
// that of the turn's context, in another line.

#include "ingest/formats/all.hpp"
#include "ingest/formats/members.hpp"
#include "ingest/spellings.hpp"

namespace ctxcap::ingest {
namespace {

// The line's content, as rollouts, event streams and the app server wrap it.
Value payload_of(const Fields& fields) {
  for (const Key key : {Key::payload, Key::msg, Key::params}) {
    if (fields[key].is_object()) return fields[key];
  }
  return {};
}

struct Counts {
  Value last, all;
};

Counts counts_of(Value payload) {
  for (const Value holder :
       {payload.member("info"), payload.member("tokenUsage"), payload.member("token_usage"), payload}) {
    const Counts counts{first_member(holder, {"last_token_usage", "lastTokenUsage", "last"}),
                        first_member(holder, {"total_token_usage", "totalTokenUsage", "total"})};
    if (counts.last.is_object() || counts.all.is_object()) return counts;
  }
  return {};
}

// What `exec --json` prints behind a turn of any number of calls.
bool ends_turn(const Fields& fields) {
  return fields[Key::type].text(fields.scratch()) == "turn.completed";
}

bool is_line(const Fields& fields) {
  if (ends_turn(fields)) return true;
  const Value payload = payload_of(fields);
  if (!payload.is_object()) return false;
  if (fields.keys().has(Key::msg)) return payload.member("type").is_string();
  if (fields.keys().has(Key::params)) return counts_of(payload).last.is_object();
  return fields.keys().has_all({Key::type, Key::timestamp});
}

std::string_view model_of(Value payload, Scratch& scratch) {
  const std::string_view model = first_member(payload, {"model", "model_slug", "modelId"}).text(scratch);
  return model.empty() ? at_path(payload, {"collaboration_mode", "settings", "model"}).text(scratch) : model;
}

// Others name the models of helpers.
bool sets_model(const Fields& fields, Value payload) {
  Scratch& scratch = fields.scratch();
  for (const std::string_view type :
       {fields[Key::type].text(scratch), payload.member("type").text(scratch)}) {
    if (type.starts_with("turn") || type.starts_with("session") || type.starts_with("thread")) return true;
  }
  return false;
}

void read_line(const Fields& fields, Sink& sink) {
  Scratch& scratch = fields.scratch();
  if (ends_turn(fields)) return sink.add(unusable(Reason::aggregate));
  const Value payload = payload_of(fields);
  const std::string_view model = model_of(payload, scratch);
  Counts counts = counts_of(payload);
  const bool is_counts = payload.member("type").text(scratch) == "token_count";
  if (is_counts && !counts.all.is_object() && payload.member("input_tokens").present()) counts.last = payload;
  if (!counts.last.is_object() && !counts.all.is_object()) {
    if (is_counts && payload.member("info").present()) return sink.add(unusable(Reason::no_usage));
    if (!model.empty() && sets_model(fields, payload)) sink.name_model(model);
    return;
  }
  if (!counts.last.is_object()) return sink.add(unusable(Reason::aggregate));  // sums of a session
  Call call;
  call.usage = usage_of_members(counts.last, scratch);
  call.id = counts.all.raw();
  call.within_file = true;
  call.model = model;
  call.model_elsewhere = true;
  read_start(fields.first({Key::timestamp, Key::ts}), scratch, call);
  sink.add(call);
}

}  // namespace

constinit const Format kCodex{.name = "codex",
                              .help = "rollouts of Codex, an event a line",
                              .told_by = "`type`, `timestamp` and an object `payload`",
                              .matches = is_line,
                              .read = read_line};

}  // namespace ctxcap::ingest
