// Any bytes in chunks and pieces of any size, on several threads, with rows that wait on the disk, say what
// they say as a whole, on one thread, in memory. The first two bytes are the sizes of chunk and piece.

#include <cstdint>
#include <cstring>
#include <mutex>

#include "fuzz/properties.hpp"

using namespace ctxcap;

namespace {

class MemoryOverflow final : public ingest::Overflow {
 public:
  Status write(std::uint64_t offset, std::string_view more) override {
    const std::scoped_lock lock(mutex_);
    bytes_.resize(offset);
    bytes_ += more;
    return {};
  }
  Status read(std::uint64_t offset, char* into, std::size_t size) override {
    const std::scoped_lock lock(mutex_);
    std::memcpy(into, bytes_.data() + offset, size);
    return {};
  }

 private:
  std::mutex mutex_;
  std::string bytes_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  // So many blank lines that the stream's shape is decided before its rows are complete.
  const std::string text = std::string(4096, '\n') + std::string(data + 2, data + size);
  const fuzz::Outcome want = fuzz::read_whole(text, {.threads = 1});
  const std::size_t chunk = std::size_t{1} + data[0], piece = std::size_t{1} + data[1];
  MemoryOverflow overflow;
  const fuzz::Outcome pieces = fuzz::read_whole(text, {.threads = 2, .batch = piece});
  fuzz::require(pieces == want, "in pieces the same");
  const fuzz::Outcome fed =
      fuzz::read_fed(text, chunk, {.threads = 2, .batch = piece, .overflow = &overflow, .held_in_memory = 1});
  fuzz::require(fed.error == want.error, "the same error");
  fuzz::require(want.error != "" || fed.summary == want.summary, "the same summary");
  return 0;
}
