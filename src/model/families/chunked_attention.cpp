// Llama 4: three of four blocks attend within chunks. llama.cpp fixes the chunk at 8192 tokens and reads
// neither attention.chunk_size nor a window; only a window of 0 turns chunks off.

#include "model/attention.hpp"
#include "model/families.hpp"

namespace ctxcap::model {
namespace {

constexpr std::string_view kChunkedAttention[] = {"llama4"};
constexpr i64 kChunk = 8192;  // tokens
constexpr i64 kPeriod = 4;

void read_chunked_attention(Keys& keys, std::string_view /*architecture*/, ModelArch& arch) {
  const bool chunks = keys.get("attention.sliding_window", kChunk) != 0;
  const Slides slides = chunks ? slides_by_period(keys, kPeriod, FullBlock::last_of_period) : Slides();
  arch.layers = attention_layers(read_heads(keys, slides), slides, kChunk);
}

}  // namespace

extern const Family family_chunked_attention;
constinit const Family family_chunked_attention{
    .name = "chunked attention", .architectures = kChunkedAttention, .read = read_chunked_attention};

}  // namespace ctxcap::model
