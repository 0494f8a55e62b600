#pragma once
// Inside sources/langfuse/: what an unfinished pull has got, in a file that survives a kill at any byte.
//
// Records: "p" and what is pulled; "c" and a call, "r" and a root, both indexed, "b" and the trace at the end
// of a page, "m" and a model definition; "=" and what is left to do, behind a checksum. They count when a "="
// follows them whose checksum is right; the rest is cut off and asked for again.

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ports/files.hpp"
#include "sources/langfuse/index.hpp"

namespace ctxcap::sources::langfuse {

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

  void add(char kind, std::string_view content);
  void add(char kind, const Row& row);
  // The records added since the last mark count from here on. Written at once, and flushed.
  Status mark(std::string_view state);

 private:
  explicit Journal(std::unique_ptr<ByteWriter> writer) : writer_(std::move(writer)) {}
  template <typename Append>
  void add_record(char kind, Append append);

  std::unique_ptr<ByteWriter> writer_;
  std::string waiting_;  // since the last mark
};

// In front of a record's content: its kind and the size of the content, which is bytes for this machine only.
constexpr std::size_t kRecordHead = 1 + sizeof(std::uint32_t);

// Calls `take` with the kind, the content and the end (in `bytes`) of each record; what is no whole record
// ends it.
template <typename Take>
void each_record(std::string_view bytes, Take take) {
  constexpr std::string_view kKinds = "pcrbm=";
  for (std::size_t at = 0; bytes.size() - at >= kRecordHead && kKinds.find(bytes[at]) != kKinds.npos;) {
    std::uint32_t size = 0;
    std::memcpy(&size, bytes.data() + at + 1, sizeof size);
    if (size > bytes.size() - at - kRecordHead) return;
    const std::size_t end = at + kRecordHead + size;
    take(bytes[at], bytes.substr(at + kRecordHead, size), end);
    at = end;
  }
}

}  // namespace ctxcap::sources::langfuse
