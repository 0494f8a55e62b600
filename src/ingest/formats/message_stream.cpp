#include "ingest/formats/message_stream.hpp"

#include <fmt/format.h>

#include "ingest/formats/all.hpp"
#include "ingest/formats/plain.hpp"

namespace ctxcap::ingest {
namespace {

// The event's JSON; a line of another kind is no object.
Value event_of(std::string_view line) {
  line = trimmed(line);
  if (line.starts_with("data:")) line = trimmed(line.substr(5));
  return line.starts_with('{') && skip_value(line, 0) == line.size() ? Value::json(line) : Value();
}

}  // namespace

// In the table, so that reports can name it; only MessageStream can put its records together.
constinit const Format kMessageStream{.name = "messages-stream",
                                      .help = "events of streams of /v1/messages",
                                      .told_by = "`type` is message_start in one of the first lines",
                                      .matches = [](const Fields&) { return false; },
                                      .read = [](const Fields&, Sink&) {}};

bool is_message_stream(std::string_view beginning) {
  const std::size_t found = beginning.find("\"message_start\"");
  if (found == std::string_view::npos) return false;
  std::string_view before = trimmed(beginning.substr(0, found));
  if (!before.ends_with(':')) return false;
  before.remove_suffix(1);
  return trimmed(before).ends_with("\"type\"");
}

bool MessageStream::line(std::string_view text, std::optional<Call>& call) {
  call.reset();
  scratch_.clear();
  if (text.starts_with("event:")) return true;
  const Value event = event_of(text);
  const std::string_view type = event.member("type").text(scratch_);
  if (type == "message_start") {
    begin(event.member("message"));
  } else if (type == "message_delta") {
    take_usage(event.member("usage"));
    if (is_open_ && event.member("usage").is_object()) call = call_so_far();
  } else if (type == "message_stop") {
    is_open_ = false;
  } else {
    return type.starts_with("content_block") || type == "ping";
  }
  return true;
}

void MessageStream::begin(Value message) {
  ++messages_;
  is_open_ = true;
  usage_.clear();
  model_ = message.member("model").text(scratch_);
  id_ = fmt::format("{}#{}", message.member("id").text(scratch_), messages_);
  take_usage(message.member("usage"));
}

void MessageStream::take_usage(Value usage) {
  usage.each_member([&](std::string_view key, Value value) {
    if (value.present()) usage_[std::string(key)] = value.raw();
  });
}

Call MessageStream::call_so_far() {
  usage_text_ = "{";
  for (const auto& [key, value] : usage_)
    fmt::format_to(std::back_inserter(usage_text_), "{}\"{}\":{}", usage_text_.size() == 1 ? "" : ",", key,
                   value);
  usage_text_ += '}';
  Call call;
  call.id = id_;
  call.last_wins = true;
  call.model = model_;
  call.usage = read_nested_usage(Value::json(usage_text_), scratch_);
  return call;
}

}  // namespace ctxcap::ingest
