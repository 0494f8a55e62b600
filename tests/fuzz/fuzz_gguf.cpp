// Any bytes as the head of a GGUF file, and as the config.json of a checkpoint: an answer, or a reason.

#include <cstdint>
#include <string>

#include "fuzz/require.hpp"
#include "memory/memory.hpp"
#include "model/model.hpp"

using namespace ctxcap;

namespace {

void read_gguf(std::string_view bytes) {
  const auto part = model::describe_gguf(bytes, "m");
  if (!part) {
    fuzz::require(!part.error().why.empty() && !part.error().hint.empty(),
                  "a refusal has a reason and a hint");
    return;
  }
  fuzz::require(model::is_gguf(bytes) && part->parts >= 1, "what is read looks like it, and has a part");
  const ModelArch arch = model::architecture_of(part->description);
  fuzz::require(arch.known() || !arch.unknown_reason.empty(), "what is not known has a reason");
}

void read_checkpoint(std::string_view bytes) {
  const auto checkpoint = model::checkpoint(bytes);
  if (!checkpoint) return;
  fuzz::require(checkpoint->known() == checkpoint->unknown_reason.empty(), "so has a checkpoint");
  if (!checkpoint->known()) return;
  const auto layout = memory::block_layout(*checkpoint, {});
  fuzz::require(layout.has_value() && layout->bytes_per_block > 0 && layout->block_size > 0,
                "a known checkpoint has blocks");
  const Bytes available = Bytes{8} << 30;
  const auto largest = memory::largest_length(*layout, available, Tokens{1} << 40);
  if (!largest) return;
  fuzz::require(!*memory::vllm_length(*layout, *largest, available).refused, "the largest length fits");
  if (*largest < Tokens{1} << 40)
    fuzz::require(*memory::vllm_length(*layout, *largest + 1, available).refused, "one more does not");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(data, data + size);
  read_gguf(bytes);
  read_checkpoint(bytes);
  return 0;
}
