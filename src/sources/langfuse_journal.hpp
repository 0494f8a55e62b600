#pragma once
// Inside sources/: what an unfinished pull has got, in a file that survives a kill at any byte.
//
// Lines: "p" and what is pulled; "c" and a call, "r" and a root, both indexed, "m" and a model definition;
// "=" and what is left to do. Rows count when a "=" line follows them; the rest is cut off and asked for
// again.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ports/files.hpp"
#include "sources/langfuse_index.hpp"

namespace ctxcap::sources {

class Journal {
 public:
  struct Found {
    std::string header, state;
    std::size_t size = 0;  // bytes that count
  };
  // What an earlier run left; nullopt: nothing that can be used.
  static Result<std::optional<Found>> find(const std::string& path, Files& files);

  // Goes on behind `found`, or begins anew.
  static Result<Journal> open(const std::string& path, const std::optional<Found>& found,
                              const std::string& header, Files& files);

  void add(char kind, std::string_view line);
  void add(char kind, const LangfuseRow& row);
  // The rows added since the last mark count from here on. Written at once, and flushed.
  Status mark(std::string_view state);

 private:
  explicit Journal(std::unique_ptr<ByteWriter> writer) : writer_(std::move(writer)) {}
  std::unique_ptr<ByteWriter> writer_;
  std::string waiting_;
};

// Calls `take` with kind, text and place (of the text, in bytes) of each line up to `size`.
template <typename Take>
void each_journal_line(std::string_view bytes, Take take) {
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t end = std::min(bytes.find('\n', at), bytes.size());
    if (end > at) take(bytes[at], bytes.substr(at + 1, end - at - 1), at + 1);
    at = end + 1;
  }
}

}  // namespace ctxcap::sources
