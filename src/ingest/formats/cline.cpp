// Tasks of Cline and Roo Code (ui_messages.json): each call is a message whose text is JSON of its own. What
// a provider's protocol counts as input differs, and only newer files name the protocol.

#include "ingest/formats/all.hpp"
#include "ingest/formats/members.hpp"
#include "ingest/formats/plain.hpp"
#include "ingest/spellings.hpp"

namespace ctxcap::ingest {
namespace {

Usage usage_of_call(Value call, Scratch& scratch) {
  const std::string_view protocol = first_member(call, {"apiProtocol", "api_protocol"}).text(scratch);
  const Counted cached = protocol == "anthropic" ? Counted::beside
                         : protocol == "openai"  ? Counted::inside
                                                 : Counted::open;
  return usage_of_members(call, scratch, {.cached = cached});
}

bool has_counts(Value call) {
  return first_member(call, {"tokensIn", "tokens_in", "tokensOut", "tokens_out"}).present();
}

// Messages that say something else, and requests that have not been answered, are no calls.
void read_message(const Fields& fields, Sink& sink) {
  Scratch& scratch = fields.scratch();
  const std::string_view say = fields[Key::say].text(scratch);
  if (say == "deleted_api_reqs" || say == "api_req_deleted") return sink.add(unusable(Reason::aggregate));
  if (!say.starts_with("api_req_")) return;
  const Value call_text = fields[Key::text].opened(scratch);
  const Value metrics = call_text.member("metrics");
  const Value counted = !has_counts(call_text) && has_counts(metrics) ? metrics : call_text;
  if (!has_counts(counted)) return;
  Call call;
  call.usage = usage_of_call(counted, scratch);
  const Value info = first_member(call_text, {"modelInfo", "model_info"});
  call.model = first_member(fields[Key::modelInfo], {"modelId", "model_id"}).text(scratch);
  if (call.model.empty()) call.model = first_member(info, {"modelId", "model_id"}).text(scratch);
  if (call.model.empty()) call.model = first_member(call_text, {"model", "modelId"}).text(scratch);
  read_start(fields.first({Key::ts, Key::timestamp}), scratch, call);
  sink.add(call);
}

// Once the history of a conversation held the counts of each answer.
void read_answer(const Fields& fields, Sink& sink) {
  Scratch& scratch = fields.scratch();
  if (fields[Key::role].text(scratch) != "assistant") return;
  Call call;
  call.usage = usage_of_call(fields[Key::metrics].member("tokens"), scratch);
  call.model = first_member(fields[Key::modelInfo], {"modelId", "model_id"}).text(scratch);
  read_start(fields.first({Key::ts, Key::timestamp}), scratch, call);
  sink.add(call);
}

// Rows that somebody made of the counts.
void read_row(const Fields& fields, Sink& sink) {
  Scratch& scratch = fields.scratch();
  if (fields.keys().has_any({Key::task, Key::totalCost})) return sink.add(unusable(Reason::aggregate));
  Call call;
  read_plain_names(fields, call);
  if (!call.start) read_start(fields[Key::ts], scratch, call);
  call.usage = read_flat_usage(fields);
  sink.add(call);
}

}  // namespace

constinit const Format kCline{
    .name = "cline",
    .help = "tasks of Cline and Roo Code (ui_messages.json)",
    .told_by = "`say` or `ask`, and `ts`",
    .matches =
        [](const Fields& fields) {
          return fields.keys().has_any({Key::say, Key::ask}) && fields.keys().has_any({Key::ts, Key::text});
        },
    .read = read_message};

constinit const Format kClineHistory{.name = "cline",
                                     .help = "conversations of Cline, an answer each",
                                     .told_by = "`role` and `metrics.tokens`",
                                     .matches =
                                         [](const Fields& fields) {
                                           return fields.keys().has(Key::role) &&
                                                  fields[Key::metrics].member("tokens").is_object();
                                         },
                                     .read = read_answer};

constinit const Format kClineRow{
    .name = "cline",
    .help = "rows with the counts of Cline and Roo Code; lists of tasks hold sums and are refused",
    .told_by = "`tokensIn` and `tokensOut`",
    .matches =
        [](const Fields& fields) {
          return fields.keys().has_all({Key::tokensIn, Key::tokensOut});
        },
    .read = read_row};

}  // namespace ctxcap::ingest
