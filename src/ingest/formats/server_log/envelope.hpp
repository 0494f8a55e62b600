#pragma once
// Inside server_log/: what a container runtime, the journal or a collector puts around a line of a log.
//
//   {"log": "LINE\n", "stream": "stderr", "time": "..."}              docker's json-file
//   {"MESSAGE": "LINE", "__REALTIME_TIMESTAMP": "1788..."}            journalctl -o json
//   {"line": "LINE", "timestamp": "..."}                              Loki
//   {"data": {"result": [{"values": [["178...", "LINE"], ...]}]}}     Loki's API, newest first
//   2026-09-02T16:53:00.1Z stderr F LINE                              docker logs -t, CRI, journalctl -o
//   short-iso

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "ingest/json_text.hpp"

namespace ctxcap::ingest::server_log {

struct Line {
  std::string_view text;
  std::optional<Instant> at;  // as the envelope says
};

// Views live in `text` or in `scratch`.
Line unwrapped(std::string_view text, Scratch& scratch);

// Whether a JSON object is such an envelope.
bool is_envelope(std::string_view object);

// The lines of an array of envelopes, or of an answer of Loki's API, in the order in which they were written;
// none where the text is neither. Views live in `text` or in `scratch`.
std::vector<Line> lines_in(std::string_view text, Scratch& scratch);

}  // namespace ctxcap::ingest::server_log
