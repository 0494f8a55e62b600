#pragma once
// Attention heads per block, as llama.cpp reads them; shared by the family files.

#include <vector>

#include "model/keys.hpp"

namespace ctxcap::model {

struct Heads {
  std::vector<i64> q;   // attention.head_count per block; empty: withheld
  std::vector<i64> kv;  // attention.head_count_kv per block, default head_count
  i64 k = 0;            // attention.key_length, default embedding_length / head_count[0]
  i64 v = 0;            // attention.value_length, default the same
};

// A withheld list of KV heads is recovered from the tensors, or it is a problem.
Heads read_heads(Keys& keys);

// One layer of kind full per block.
std::vector<Layer> full_layers(const Heads& heads);

// The widest V row of all blocks.
i64 widest_v(const std::vector<Layer>& layers);

}  // namespace ctxcap::model
