#pragma once
// Streams of /v1/messages, whose counts are spread over events:
//
//   {"type":"message_start","message":{"id":..., "model":..., "usage":{"input_tokens":...}}}
//   {"type":"message_delta", ..., "usage":{"output_tokens":...}}      may repeat or complete the input, too
//
// Later values replace earlier ones, key by key. Streams in one text follow one another.

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "ingest/call.hpp"

namespace ctxcap::ingest {

// Whether the beginning of a text looks like one.
bool is_message_stream(std::string_view beginning);

class MessageStream {
 public:
  // The call that this line completes, as a part: a later line may complete it further. Views in it live
  // until the next line. false: the line is no event of such a stream.
  bool line(std::string_view text, std::optional<Call>& call);

 private:
  void begin(Value message);
  void take_usage(Value usage);
  Call call_so_far();

  Scratch scratch_;
  std::string id_, model_, usage_text_;
  std::map<std::string, std::string, std::less<>> usage_;  // key and value as written
  i64 messages_ = 0;
  bool is_open_ = false;
};

}  // namespace ctxcap::ingest
