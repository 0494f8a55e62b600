#pragma once
// Inside server_log/: what time it was when a line was written. Most lines carry none: then the latest that
// was seen counts.
//
//   time=2026-11-29T13:05:57.743Z level=INFO ...          Ollama's own lines
//   [GIN] 2026/11/29 - 13:05:57 | 200 | ...               an access line: local time
//   Sep 02 16:53:00 gpu-7 ollama[812]: ...                syslog, journalctl: local time, and no year

#include <optional>
#include <string_view>

#include "base/time.hpp"

namespace ctxcap::ingest::server_log {

class Clock {
 public:
  // `at` is what the envelope of the line says.
  void see(std::string_view text, std::optional<Instant> at);
  std::optional<Instant> now() const { return now_; }

 private:
  std::optional<Instant> of_access_line(std::string_view text) const;
  std::optional<Instant> of_prefix(std::string_view text) const;

  std::optional<Instant> now_;
  i64 zone_ = 0;  // of local time, in µs east of UTC, as Ollama's own lines have it
};

}  // namespace ctxcap::ingest::server_log
