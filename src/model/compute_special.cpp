#include "model/compute_special.hpp"

#include <algorithm>

namespace ctxcap::model {

void read_special(Lenient& keys, std::string_view architecture, const ModelArch& arch, ComputeShape& shape) {
  const auto blocks = static_cast<i64>(arch.layers.size());
  const auto indexers = std::count_if(arch.layers.begin(), arch.layers.end(),
                                      [](const Layer& layer) { return !layer.side.empty(); });
  const i64 e = shape.embedding;
  const i64 heads = std::max<i64>(shape.heads, 1);
  if (architecture == "deepseek32" || (architecture == "glm-dsa" && indexers > 0)) {
    shape.cell_base = shape.latent + e;
    shape.per_cell = 1;
    shape.per_cell_long = 2;
    shape.band = 0.25;
    if (architecture == "deepseek32" && arch.build.llama == LlamaBuild::b9000) {
      // The scores of all indexer heads are kept.
      shape.cell_base = 57 * e / 2;
      shape.per_cell = 2 * static_cast<double>(keys.get("attention.indexer.head_count")) + 1.5;
      shape.per_cell_long = 0;
      shape.cells_of_slot = true;
    }
  } else if (architecture == "minimax-m3") {
    shape.cell_base = 2 * shape.query +
                      2 * keys.get("attention.head_count_kv") * (shape.query + shape.output) / heads + 6 * e;
    shape.per_cell = 2.0 * static_cast<double>(keys.get("attention.indexer.head_count")) + 1.1;
    shape.window_apart = true;
    shape.band = 0.25;
  } else if (architecture == "deepseek4") {
    shape.cell_base = 3 * shape.query + 13 * e / 2;
    shape.per_cell = 0.27;
    shape.band = 0.25;
  } else if (architecture == "t5") {
    shape.cell_base = 4 * e;
    shape.per_cell = 3.83 * static_cast<double>(shape.heads);
    shape.beside_logits = 1;
    shape.band = 0.25;
  } else if (architecture == "qwen4exp") {
    shape.cell_base = 26 * e;
    shape.per_cell = static_cast<double>(keys.get("attention.indexer.head_count")) / 2 + 0.92;
    shape.cells_of_slot = true;
    shape.scores_beside = 1.72;
    shape.band = 0.25;
  } else if (architecture == "glm5-next") {
    // Grows with the number of blocks that have an indexer.
    shape.cell_base = 26 * e + 27 * e * indexers / 50;
    shape.cell_base_long = 20 * e + 27 * e * indexers / 50;
    shape.per_cell = 0.49 * static_cast<double>(indexers) + 0.15;
    shape.per_cell_long = 0.49 * static_cast<double>(indexers) + 0.82;
    shape.cells_of_slot = true;
    shape.band = 0.35;
  } else if (architecture == "dots3note") {
    shape.cell_base = 120'000;
    shape.per_cell = 2;
    shape.band = 0.5;
  } else if (architecture == "hy_v4") {
    shape.cell_base = 130'000;
    shape.per_cell = keys.get("attention.indexer.top_k") > 0 ? 2.2 : 0;
    shape.band = 0.5;
  } else if (architecture == "kimi-k3") {
    // What each group of blocks left behind is kept for the attention over them.
    const i64 group = std::max<i64>(1, keys.get("attn_res.block_size"));
    shape.state = 4 * ((blocks + group - 1) / group) * e + e;
    shape.scores_beside = 1;
    shape.band = 0.25;
  } else if (architecture == "minimax-01") {
    shape.state = 7 * shape.query;
    shape.per_batch = 3.0 * static_cast<double>(shape.heads);
    shape.experts_per_batch = static_cast<double>(shape.heads);
  } else if (architecture == "t5encoder") {
    shape.state = 4 * e;
    shape.per_batch = 4.5 * static_cast<double>(shape.heads);
    shape.band = 0.36;  // on the CPU less
  } else if (architecture == "eagle3" || architecture == "dflash") {
    shape.beside_logits = 2;
  } else if (architecture == "nomic-bert" && arch.build.llama == LlamaBuild::b8390) {
    shape.feed_forward += 7 * e / 2;
    shape.freed = 5 * e / 2;
  } else if (architecture == "falcon-h1") {
    // Attention beside the recurrent part: while the CPU has the one, the other's projection waits.
    shape.freed =
        -(2 * keys.get("ssm.inner_size") + 2 * keys.get("ssm.group_count") * keys.get("ssm.state_size") +
          keys.get("ssm.time_step_rank") + e);
  } else if (architecture == "gemma-embedding" || architecture == "modern-bert") {
    shape.masks = 2;
  } else if (shape.extra > 0 && architecture == "gemma4") {
    shape.band = 0.30;  // the E models lie up to 30 % above on real GPUs
  }
}

}  // namespace ctxcap::model
