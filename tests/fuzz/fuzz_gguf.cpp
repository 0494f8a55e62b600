// Any bytes as the head of a GGUF file, and as the config.json of a checkpoint: an answer, or a reason.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "memory/memory.hpp"
#include "model/model.hpp"

using namespace ctxcap;

namespace {

void require(bool held) {
  if (!held) std::abort();
}

void read_gguf(std::string_view bytes) {
  const auto part = model::describe_gguf(bytes, "m");
  if (!part) {
    require(!part.error().why.empty() && !part.error().hint.empty());
    return;
  }
  require(model::is_gguf(bytes) && part->parts >= 1);
  const ModelArch arch = model::architecture_of(part->description);
  require(arch.known() || !arch.unknown_reason.empty());
}

void read_checkpoint(std::string_view bytes) {
  const auto checkpoint = model::checkpoint(bytes);
  if (!checkpoint) return;
  require(checkpoint->known() == checkpoint->unknown_reason.empty());
  if (!checkpoint->known()) return;
  const auto layout = memory::block_layout(*checkpoint, {});
  require(layout.has_value() && layout->bytes_per_block > 0 && layout->block_size > 0);
  const Bytes available = Bytes{8} << 30;
  const auto largest = memory::largest_length(*layout, available, Tokens{1} << 40);
  if (!largest) return;
  require(!*memory::vllm_length(*layout, *largest, available).refused);
  if (*largest < Tokens{1} << 40) require(*memory::vllm_length(*layout, *largest + 1, available).refused);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(data, data + size);
  read_gguf(bytes);
  read_checkpoint(bytes);
  return 0;
}
