// Sliding windows where a list says which blocks slide, with KV heads listed per block. The blocks of a
// multi-token-prediction tail are not in the cache.

#include "model/attention.hpp"
#include "model/families.hpp"

namespace ctxcap::model {
namespace {

constexpr std::string_view kListedWindows[] = {"step35", "mimo2", "granite_swa", "spark2_5", "maple"};
constexpr std::string_view kPattern = "attention.sliding_window_pattern";

void read_listed_windows(Keys& keys, std::string_view /*architecture*/, ModelArch& arch) {
  const i64 window = keys.need("attention.sliding_window");
  if (keys.is_withheld(kPattern)) keys.withhold(kPattern);
  const std::optional<Slides> slides = find_slides_list(keys);
  if (!slides) {
    keys.refuse("attention.sliding_window_pattern is not a list: which blocks slide is not known");
    return;
  }
  arch.layers = attention_layers(read_heads(keys, *slides), *slides, window);
  cut_drafts(keys, arch);
}

}  // namespace

extern const Family family_listed_windows;
constinit const Family family_listed_windows{
    .name = "listed windows", .architectures = kListedWindows, .read = read_listed_windows};

}  // namespace ctxcap::model
