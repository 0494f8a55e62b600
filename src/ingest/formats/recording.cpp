// A recorded HTTP exchange: {"status": 200, "headers": ..., "body": ...}. The body is the document, as JSON
// or as its text.

#include "ingest/formats/all.hpp"

namespace ctxcap::ingest {
namespace {

void read_recording(const Fields& fields, Sink& sink) {
  Scratch& scratch = fields.scratch();
  const Value body = fields.first({Key::body, Key::body_text});
  const std::optional<Tokens> status = read_count(fields[Key::status], scratch).tokens;
  const bool succeeded = status && *status >= 200 && *status < 300;
  if (!succeeded) return sink.add(unusable(Reason::error_answer));
  if (body.is_object()) return sink.nested(body.raw());
  const Value inner = body.opened(scratch);
  if (inner.is_object()) return sink.nested_text(inner.raw());
  sink.add(unusable(body.present() ? Reason::bad_json : Reason::status_answer));
}

}  // namespace

constinit const Format kRecording{.name = "recording",
                                  .help = "recorded HTTP exchange with a page as its body",
                                  .told_by = "`status` and `body`",
                                  .matches =
                                      [](const Fields& fields) {
                                        const KeySet& keys = fields.keys();
                                        return keys.has(Key::status) &&
                                               (keys.has(Key::body) || keys.has(Key::body_text)) &&
                                               !keys.has_any({Key::traceId, Key::trace_id});
                                      },
                                  .read = read_recording,
                                  .holds_rows = true};

}  // namespace ctxcap::ingest
