#include "model/state.hpp"

namespace ctxcap::model {
namespace {

// A convolution over `kernel` tokens remembers all but the newest.
i64 remembered(i64 kernel) {
  return kernel > 0 ? kernel - 1 : 0;
}

}  // namespace

std::vector<i64> ssm_state(Keys& keys) {
  const i64 inner = keys.need("ssm.inner_size");
  const i64 state = keys.need("ssm.state_size");
  const i64 groups = keys.get("ssm.group_count", 0);
  const i64 channels = keys.sum({inner, keys.product({2, groups, state})});
  return {keys.product({remembered(keys.need("ssm.conv_kernel")), channels}), keys.product({state, inner})};
}

std::vector<i64> wkv_state(Keys& keys) {
  const i64 embedding = keys.need("embedding_length");
  return {keys.product({keys.get("token_shift_count", 2), embedding}),
          keys.product({embedding, keys.need("wkv.head_size")})};
}

std::vector<i64> shortconv_state(Keys& keys) {
  return {keys.product({keys.need("embedding_length"), remembered(keys.need("shortconv.l_cache"))})};
}

std::vector<i64> kda_state(Keys& keys) {
  const i64 heads = keys.need_each("attention.head_count").front();
  const i64 head = keys.need("kda.head_dim");
  return {keys.product({3, remembered(keys.need("ssm.conv_kernel")), heads, head}),
          keys.product({head, head, heads})};
}

std::vector<i64> lightning_state(Keys& keys) {
  const i64 head = keys.get("attention.key_length", 0);
  return {keys.product({head, head, keys.need_each("attention.head_count").front()})};
}

}  // namespace ctxcap::model
