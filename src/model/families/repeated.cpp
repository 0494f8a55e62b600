// Plain attention with more caches than blocks: Nanbeige goes through its blocks several times, Granite
// Switch has a router beside them.

#include "model/attention.hpp"
#include "model/families.hpp"

namespace ctxcap::model {
namespace {

constexpr std::string_view kRepeated[] = {"nanbeige", "graniteswitch"};

void repeat(Keys& keys, ModelArch& arch) {
  const i64 loops = keys.get("num_loops", 1);
  if (loops < 1 || loops * keys.blocks() > kMaxBlocks)
    return keys.refuse("num_loops is out of what llama.cpp takes");
  const std::vector<Layer> once = arch.layers;
  for (i64 loop = 1; loop < loops; ++loop) arch.layers.insert(arch.layers.end(), once.begin(), once.end());
}

void read_repeated(Keys& keys, std::string_view architecture, ModelArch& arch) {
  const Heads heads = read_heads(keys);
  arch.layers = attention_layers(heads);
  if (architecture == "nanbeige") return repeat(keys, arch);
  Layer router = arch.layers.front();
  router.k_width = heads.k.front();
  router.v_width = heads.v.front();
  arch.layers.push_back(router);
}

}  // namespace

extern const Family family_repeated;
constinit const Family family_repeated{
    .name = "plain attention, more caches than blocks", .architectures = kRepeated, .read = read_repeated};

}  // namespace ctxcap::model
