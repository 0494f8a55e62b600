#pragma once
// Attention heads per block, as llama.cpp reads them; shared by the family files.

#include <optional>
#include <vector>

#include "model/keys.hpp"

namespace ctxcap::model {

// Which blocks attend over a sliding window; empty: none.
using Slides = std::vector<bool>;

// Every list has one entry per block.
struct Heads {
  std::vector<i64> q;   // attention.head_count; empty: withheld
  std::vector<i64> kv;  // attention.head_count_kv, default head_count
  std::vector<i64>
      k;  // attention.key_length (sliding blocks: key_length_swa), default embedding / head_count[0]
  std::vector<i64> v;  // attention.value_length (value_length_swa), default the same
};

// Where the first block has no heads, llama.cpp takes the head dimensions as 0 whatever the keys say; a few
// architectures read them all the same.
enum class Dimensions { with_first_heads, always };

// A withheld list of KV heads is recovered from the tensors, or it is a problem.
Heads read_heads(Keys& keys, const Slides& slides = {}, Dimensions dimensions = Dimensions::with_first_heads);

// One layer per block: of kind window where `slides` says so, else full.
std::vector<Layer> attention_layers(const Heads& heads, const Slides& slides = {}, i64 window = 0);

// MLA: are the compressed rows cached? Then K is one row per token and block, and there is no V.
bool is_latent(Keys& keys);
void make_latent(std::vector<Layer>& layers);

void make_recurrent(Layer& layer, const std::vector<i64>& state);

// Blocks that cache nothing; their V rows still count for arch.widest_v.
void drop_cache(Layer& layer);
void drop_caches_from(std::size_t first, ModelArch& arch);

// Blocks behind the trunk are cached where multi-token prediction drafts with them, in a context of its own.
void keep_drafts(Keys& keys, ModelArch& arch);
// The same, and the main cache has nothing for them: of every architecture since v0.5.0, of some before.
void cut_drafts(Keys& keys, ModelArch& arch);

// The widest V row of all blocks.
i64 widest_v(const std::vector<Layer>& layers);

// Blocks before the multi-token-prediction tail.
i64 trunk_blocks(Keys& keys);

// Of the first `trunk` blocks, the last of each `period` attends over everything (`first_is_full`: the first
// of each does), the others slide. Blocks behind the trunk never slide. Period 0: all slide.
enum class FullBlock { last_of_period, first_of_period };
Slides slides_by_period(Keys& keys, i64 period, FullBlock full_block);

// attention.sliding_window_pattern where it is a list, one truth per block (or per block of the trunk).
std::optional<Slides> find_slides_list(Keys& keys);

}  // namespace ctxcap::model
