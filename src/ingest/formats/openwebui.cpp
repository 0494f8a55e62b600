// Open WebUI's chats, as the page exports them (an array) or the server sends them (lines). Every assistant
// message of a chat's history is a call; `chat.messages` repeats the current branch and is not read. A chat's
// title is private text and no job.

#include <string>

#include "ingest/formats/all.hpp"
#include "ingest/formats/plain.hpp"
#include "ingest/refusals.hpp"

namespace ctxcap::ingest {
namespace {

void read_message(Value message, std::string_view chat, const Asked& asked, Scratch& scratch, Sink& sink) {
  Call call;
  std::string_view role;
  Value usage, error;
  const bool whole = message.each_member([&](std::string_view key, Value value) {
    if (key == "role") role = value.text(scratch);
    if (key == "id") call.id = scratch.keep(std::string(chat) + "/" + std::string(value.text(scratch)));
    if (key == "model") call.model = value.text(scratch);
    if (key == "timestamp") read_start(value, scratch, call);
    if (key == "usage") usage = value;
    if (key == "error") error = value;
  });
  if (!whole) return sink.add(unusable(Reason::bad_json));
  if (role != "assistant") return;
  call.usage = read_nested_usage(usage, scratch);
  if (call.usage.reason == Reason::no_usage && error.present()) {
    const std::string_view text =
        error.is_object() ? error.member("content").text(scratch) : error.text(scratch);
    call.usage = refused_usage(text).value_or(Usage{.reason = Reason::failed});
  }
  call.num_ctx = asked.num_ctx;
  call.num_predict = asked.num_predict;
  sink.add(call);
}

void read_chat(const Fields& fields, Sink& sink) {
  Scratch& scratch = fields.scratch();
  const Value chat = fields[Key::chat].opened(scratch);  // text where a database was asked
  const std::string_view id = fields[Key::id].text(scratch);
  const Asked asked = read_asked(chat.member("params"), scratch);
  const Value messages = chat.member("history").member("messages");
  const bool whole = messages.each_member(
      [&](std::string_view, Value message) { read_message(message, id, asked, scratch, sink); });
  if (!whole) sink.add(unusable(Reason::bad_json));
}

}  // namespace

constinit const Format kOpenWebUi{
    .name = "openwebui",
    .help = "chats of Open WebUI (export of the page, or /api/v1/chats/all)",
    .told_by = "`chat.history`",
    .matches =
        [](const Fields& fields) {
          if (fields[Key::chat].opened(fields.scratch()).member("history").is_object()) return true;
          return fields.keys().has_all({Key::chat, Key::meta, Key::created_at}) &&
                 !fields[Key::chat].present();
        },
    .read = read_chat};

}  // namespace ctxcap::ingest
