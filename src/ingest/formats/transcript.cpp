// Transcripts of coding agents: a line holds a message of the conversation. Claude Code writes one line for
// each block of an answer, all with the id of the one call and its counts so far; pi and OpenClaw one line a
// call. What Claude Code prints as stream-json has the same lines without times.

#include <algorithm>
#include <string>

#include "ingest/formats/all.hpp"
#include "ingest/formats/members.hpp"
#include "ingest/formats/plain.hpp"
#include "ingest/spellings.hpp"

namespace ctxcap::ingest {
namespace {

// Lines about a subagent hold its message one or two levels deeper.
Value message_of(const Fields& fields) {
  const Value message = fields[Key::message];
  if (message.is_object()) return message;
  Value inner = fields[Key::data].member("message");
  if (inner.member("message").is_object()) inner = inner.member("message");
  return inner;
}

// The counts stand in the message, or in a typed line beside it.
Value usage_of_line(const Fields& fields) {
  const Value inside = first_member(message_of(fields), {"usage", "tokens"});
  return inside.present() || !fields.keys().has(Key::type) ? inside : fields[Key::usage];
}

// "user", "file-history-snapshot": transcripts write the types of their lines in lower case.
bool is_type(std::string_view type) {
  const auto is_part = [](char c) { return (c >= 'a' && c <= 'z') || c == '-' || c == '_'; };
  return !type.empty() && std::all_of(type.begin(), type.end(), is_part);
}

bool is_line(const Fields& fields) {
  constexpr KeySet kSessions{Key::sessionId, Key::session_id, Key::parentUuid, Key::leafUuid,
                             Key::uuid,      Key::cwd,        Key::parentId};
  // Where keys alone say no, rows with these keys are not asked again.
  if (!fields.keys().has_any(kSessions) && !fields.keys().has_any({Key::message, Key::data})) return false;
  Scratch& scratch = fields.scratch();
  // The events of a stream have messages too.
  if (fields[Key::type].text(scratch).starts_with("message_")) return false;
  if (message_of(fields).is_object() && usage_of_line(fields).opened(scratch).is_object()) return true;
  const std::string_view type = fields[Key::type].text(scratch);
  if (type == "result" && fields.keys().has(Key::session_id)) return true;
  return is_type(type) &&
         !fields.keys().has_any({Key::usage, Key::attributes, Key::traceId, Key::trace_id}) &&
         fields.keys().has_any(kSessions);
}

std::string_view id_of(Value message, const Fields& fields, Call& call) {
  Scratch& scratch = fields.scratch();
  const std::string_view id = first_member(message, {"id", "responseId", "response_id"}).text(scratch);
  if (!id.empty()) return id;
  const std::string_view request = fields.first({Key::requestId, Key::request_id}).text(scratch);
  if (!request.empty()) return request;
  call.within_file = true;  // the line's own, often short
  return fields.first({Key::uuid, Key::id}).text(scratch);
}

void read_line(const Fields& fields, Sink& sink) {
  Scratch& scratch = fields.scratch();
  const Value message = message_of(fields);
  const Value usage = usage_of_line(fields).opened(scratch);
  const std::string_view type = fields[Key::type].text(scratch);
  const std::string_view named = fields.first({Key::modelId, Key::model}).text(scratch);
  if (type == "model_change" && !named.empty()) return sink.name_model(named);
  if (type == "result") return sink.add(unusable(Reason::aggregate));  // the sums of a run
  const std::string_view role = message.member("role").text(scratch);
  if (!role.empty() && role != "assistant") return;
  if (!usage.is_object() && role.empty()) return;
  Call call;
  read_plain_names(fields, call);
  call.usage = usage_of_members(usage, scratch);
  call.id = id_of(message, fields, call);
  call.last_wins = true;
  call.model = first_member(message, {"model", "modelId", "model_id"}).text(scratch);
  if (call.model.empty()) call.model = named;
  call.model_elsewhere = true;
  if (!call.start) read_start(fields[Key::ts], scratch, call);
  if (!call.start) read_start(first_member(message, {"timestamp", "created_at"}), scratch, call);
  sink.add(call);
}

}  // namespace

constinit const Format kTranscript{
    .name = "transcript",
    .help = "transcripts of coding agents (Claude Code, pi, OpenClaw), a message a line",
    .told_by = "`message.usage`, or `type` with `sessionId`, `uuid`, `parentId` or `cwd`",
    .matches = is_line,
    .read = read_line};

}  // namespace ctxcap::ingest
