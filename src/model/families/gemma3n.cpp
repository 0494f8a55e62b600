// Gemma 3n: the last blocks reuse what earlier ones cached. llama.cpp fixes the number of those that keep
// rows at 20 and the rhythm at 5, whatever `shared_kv_layers` and the pattern list say.

#include "model/attention.hpp"
#include "model/families.hpp"

namespace ctxcap::model {
namespace {

constexpr std::string_view kGemma3n[] = {"gemma3n"};
constexpr std::size_t kBlocksWithRows = 20;
constexpr i64 kPeriod = 5;

void read_gemma3n(Keys& keys, std::string_view /*architecture*/, ModelArch& arch) {
  const i64 window = keys.need("attention.sliding_window");
  const Slides slides = slides_by_period(keys, kPeriod, FullBlock::last_of_period);
  arch.layers = attention_layers(read_heads(keys, slides), slides, window);
  drop_caches_from(kBlocksWithRows, arch);
}

}  // namespace

extern const Family family_gemma3n;
constinit const Family family_gemma3n{
    .name = "shared layers", .architectures = kGemma3n, .read = read_gemma3n};

}  // namespace ctxcap::model
