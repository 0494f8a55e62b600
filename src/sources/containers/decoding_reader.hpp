#pragma once
// Inside sources/: compressed bytes in, decompressed bytes out, as a stream.

#include <atomic>
#include <memory>
#include <string>

#include "ports/files.hpp"
#include "sources/containers/containers.hpp"

namespace ctxcap::sources {

// Bytes as they come: a file in memory, or a stream of which the beginning was read already.
struct RawBytes {
  std::string name;
  std::unique_ptr<MappedFile> mapped;
  std::unique_ptr<ByteReader> stream;
  std::string head;  // of the stream
};

// What the thread that decompresses lets others see.
struct Decoded {
  std::atomic<Bytes> taken = 0;    // compressed bytes used so far
  std::atomic<Bytes> ignored = 0;  // at least so many bytes behind the compressed data; known at the end
};

// Fills every buffer to the brim but the last. An input that ends too early, or makes no sense, is an error,
// with the byte; what was decompressed before it may be delivered first.
class DecodingReader final : public ByteReader {
 public:
  DecodingReader(RawBytes raw, const Container& container, std::shared_ptr<Decoded> seen);
  Result<std::size_t> read(char* buffer, std::size_t size) override;

 private:
  Status refill();
  tl::unexpected<Error> damaged(const Damage& damage) const;
  Status check_end() const;

  RawBytes raw_;
  const Container& container_;
  std::shared_ptr<Decoded> seen_;
  std::unique_ptr<Decoder> decoder_;
  std::string buffer_;      // of a stream
  std::string_view input_;  // of what was read, not yet taken
  Bytes read_ = 0;          // bytes of the raw input up to the end of input_
  bool ended_ = false;
};

}  // namespace ctxcap::sources
