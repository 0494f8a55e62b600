#pragma once
// Recurrent state per block: F32 elements per sequence, one entry per tensor.

#include <vector>

#include "model/keys.hpp"

namespace ctxcap::model {

std::vector<i64> ssm_state(Keys& keys);        // Mamba and its relatives, gated delta nets
std::vector<i64> wkv_state(Keys& keys);        // RWKV
std::vector<i64> shortconv_state(Keys& keys);  // LFM 2
std::vector<i64> kda_state(Keys& keys);        // Kimi delta attention
std::vector<i64> lightning_state(Keys& keys);  // MiniMax 01

}  // namespace ctxcap::model
