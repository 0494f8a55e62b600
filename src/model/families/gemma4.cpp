// Gemma 4: sliding blocks have heads of their own size, which blocks slide is listed, and the last
// `shared_kv_layers` blocks reuse what earlier ones cached.

#include "model/attention.hpp"
#include "model/blocks.hpp"
#include "model/families.hpp"

namespace ctxcap::model {
namespace {

constexpr std::string_view kGemma4[] = {"gemma4"};
constexpr std::string_view kPattern = "attention.sliding_window_pattern";

// A withheld pattern shows in the tensors: the norm of a block's keys is as long as its heads.
Slides slides_from_tensors(Keys& keys) {
  const i64 full = keys.need("attention.key_length");
  const i64 sliding = keys.need("attention.key_length_swa");
  Slides slides;
  for (const Block& block : blocks_of(keys.description().tensors, keys.blocks())) {
    // Blocks without keys of their own have queries of the same head size.
    const std::optional<i64> head = block.key_norm ? block.key_norm : block.query_norm;
    if (full == sliding || !head || (*head != full && *head != sliding)) keys.withhold(kPattern);
    slides.push_back(head == sliding);
  }
  return slides;
}

void read_gemma4(Keys& keys, std::string_view /*architecture*/, ModelArch& arch) {
  const i64 window = keys.need("attention.sliding_window");
  const i64 shared = keys.get("attention.shared_kv_layers", 0);
  std::optional<Slides> slides = find_slides_list(keys);
  if (!slides && keys.is_withheld(kPattern)) slides = slides_from_tensors(keys);
  if (!slides) {
    keys.refuse("gemma4.attention.sliding_window_pattern is missing: which blocks slide is not known");
    return;
  }
  if (shared > keys.blocks()) keys.refuse("gemma4.attention.shared_kv_layers exceeds the number of blocks");
  arch.layers = attention_layers(read_heads(keys, *slides), *slides, window);
  drop_caches_from(static_cast<std::size_t>(std::max<i64>(keys.blocks() - shared, 0)), arch);
}

}  // namespace

extern const Family family_gemma4;
constinit const Family family_gemma4{
    .name = "listed windows, shared layers", .architectures = kGemma4, .read = read_gemma4};

}  // namespace ctxcap::model
