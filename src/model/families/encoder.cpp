// Models that read their whole input at once and cache nothing: encoders for embeddings, and diffusion
// models.

#include "model/attention.hpp"
#include "model/families.hpp"

namespace ctxcap::model {
namespace {

constexpr std::string_view kEncoder[] = {
    "bert",        "jina-bert-v2",    "jina-bert-v3", "nomic-bert", "nomic-bert-moe", "neo-bert", "eurobert",
    "modern-bert", "gemma-embedding", "dream",        "llada",      "llada-moe",      "rnd1",
};

void read_encoder(Keys& keys, std::string_view /*architecture*/, ModelArch& arch) {
  arch.layers = attention_layers(read_heads(keys));
  drop_caches_from(0, arch);
  arch.causal = false;
}

}  // namespace

extern const Family family_encoder;
constinit const Family family_encoder{.name = "no cache", .architectures = kEncoder, .read = read_encoder};

}  // namespace ctxcap::model
