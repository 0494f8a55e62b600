// Vision towers by their metadata: which tensors they have, and what their graph takes for an image. Kinds
// were measured with llama.cpp 0.5; the coefficients of graphs are bytes for each patch.

#include "model/projector.hpp"

#include <algorithm>

namespace ctxcap::model {
namespace {

constexpr i64 kSane = 1 << 20;

class Tower {
 public:
  explicit Tower(const std::map<std::string, MetaValue>& metadata) : metadata_(metadata) {
    width = number("vision.embedding_length");
    hidden = number("vision.feed_forward_length");
    blocks = std::min<i64>(number("vision.block_count"), 512);
    output = number("vision.projection_dim");
    image = number("vision.image_size");
    patch = std::max<i64>(1, number("vision.patch_size"));
    heads = number("vision.attention.head_count");
  }

  i64 number(const std::string& key) const {
    const auto found = metadata_.find("clip." + key);
    const i64* value = found == metadata_.end() ? nullptr : std::get_if<i64>(&found->second);
    return value != nullptr && *value > 0 && *value < kSane ? *value : 0;
  }
  std::string text(const std::string& key) const {
    const auto found = metadata_.find(key);
    const std::string* value = found == metadata_.end() ? nullptr : std::get_if<std::string>(&found->second);
    return value != nullptr ? *value : std::string();
  }
  i64 marked(const std::string& key) const {
    const auto found = metadata_.find("clip." + key);
    const auto* list = found == metadata_.end() ? nullptr : std::get_if<std::vector<i64>>(&found->second);
    return list != nullptr ? std::count_if(list->begin(), list->end(), [](i64 on) { return on != 0; }) : 0;
  }
  // 7 is Q8_0, all else is taken for F16, in which nearly all are published.
  std::string type() const {
    const auto found = metadata_.find("general.file_type");
    const i64* value = found == metadata_.end() ? nullptr : std::get_if<i64>(&found->second);
    return value != nullptr && *value == 7 ? "Q8_0" : "F16";
  }

  void matrix(i64 columns, i64 rows) {
    tensors.push_back({.name = "v", .type = columns % 32 == 0 ? type() : "F16", .shape = {columns, rows}});
  }
  void kept(i64 columns, i64 rows) {
    tensors.push_back({.name = "mm", .type = "F16", .shape = {columns, rows}});
  }
  void vectors(int count, i64 length, i64 rows = 1) {
    for (int i = 0; i < count; ++i) tensors.push_back({.name = "b", .type = "F32", .shape = {length, rows}});
  }
  void patches(int count) {
    for (int i = 0; i < count; ++i) kept(patch * patch * 3, width);
  }
  void mlp(i64 in, i64 inner, i64 out, bool biased = true) {
    kept(in, inner);
    kept(inner, out);
    if (biased) vectors(1, inner), vectors(1, out);
  }

  i64 width = 0, hidden = 0, blocks = 0, output = 0, image = 0, patch = 1, heads = 0;
  std::vector<Tensor> tensors;

 private:
  const std::map<std::string, MetaValue>& metadata_;
};

struct Block {
  bool fused = false;  // one tensor for query, key and value
  bool gated = false;  // three matrices in the feed-forward part
  bool biased = true;
  int norm_vectors = 4;
};

void add_blocks(Tower& tower, const Block& block) {
  const i64 w = tower.width;
  for (i64 i = 0; i < tower.blocks; ++i) {
    if (block.fused) {
      tower.matrix(w, 3 * w);
      tower.matrix(w, w);
      tower.vectors(1, 3 * w);
      tower.vectors(1, w);
    } else {
      for (int k = 0; k < 4; ++k) tower.matrix(w, w);
      if (block.biased) tower.vectors(4, w);
    }
    tower.matrix(w, tower.hidden);
    tower.matrix(tower.hidden, w);
    if (block.gated) tower.matrix(w, tower.hidden);
    if (block.biased) tower.vectors(block.gated ? 2 : 1, tower.hidden), tower.vectors(1, w);
    tower.vectors(block.norm_vectors, w);
  }
}

i64 square(i64 side) {
  return side * side;
}
double bytes(i64 floats) {
  return 4.0 * static_cast<double>(floats);
}

void read_llava(Tower& t, Projector& projector) {
  add_blocks(t, {});
  t.patches(1);
  t.vectors(1, t.width);
  t.vectors(1, t.width, square(t.image / t.patch) + 1);
  t.vectors(2, t.width);
  t.mlp(t.width, t.output, t.output);
  projector.patches = projector.largest_patches = square(t.image / t.patch) + 1;
  projector.graphs = {{.per_patch = 1.06 * bytes(t.hidden + 5 * t.width)}};
}

void read_gemma3(Tower& t, Projector& projector) {
  add_blocks(t, {});
  t.patches(1);
  t.vectors(1, t.width);
  t.vectors(1, t.width, square(t.image / t.patch));
  t.vectors(3, t.width);
  t.kept(t.output, t.width);
  projector.patches = projector.largest_patches = square(t.image / t.patch);
  projector.graphs = {{.per_patch = bytes(t.hidden + 3 * t.width)}};
}

// At load a square of 46 merged patches a side; images up to 4,096 merged patches.
constexpr i64 kQwenLoad = 92 * 92, kQwenLargest = 4 * 4096;

void read_qwen3(Tower& t, Projector& projector) {
  add_blocks(t, {.fused = true});
  t.patches(2);
  t.vectors(1, t.width);
  t.vectors(1, t.width, square(t.image / t.patch));
  t.vectors(2, t.width);
  const i64 merged = 4 * t.width, deep = t.marked("vision.is_deepstack_layers");
  t.mlp(merged, merged, t.output);
  for (i64 i = 0; i < deep; ++i) {
    t.vectors(2, merged);
    t.mlp(merged, merged, t.output);
  }
  projector.patches = kQwenLoad;
  projector.largest_patches = kQwenLargest;
  // Deepstack keeps a merged row for each of its layers; a merged row is that of four patches.
  projector.graphs = {{.per_patch = bytes(6 * t.width + 3 * square(t.patch) + 4) + bytes(deep * merged) / 4}};
}

void read_qwen25(Tower& t, Projector& projector) {
  add_blocks(t, {.gated = true, .norm_vectors = 2});
  t.patches(2);
  t.vectors(1, t.width);
  t.mlp(4 * t.width, 4 * t.width, t.output);
  projector.patches = kQwenLoad;
  projector.largest_patches = kQwenLargest;
  // A mask over all pairs of patches, for the blocks that attend within windows.
  projector.graphs = {{.per_patch_squared = 6, .per_patch = 22'850},
                      {.per_patch_squared = 2, .per_patch = 72'200}};
}

void read_pixtral(Tower& t, Projector& projector) {
  add_blocks(t, {.gated = true, .biased = false, .norm_vectors = 2});
  t.patches(1);
  t.vectors(1, t.width);
  const bool merges = t.number("vision.spatial_merge_size") > 1;
  t.mlp(t.width, t.output, t.output, !merges);
  t.vectors(1, t.output);
  if (merges) {
    t.kept(4 * t.width, t.width);
    t.vectors(1, t.width);
  }
  const i64 merge = merges ? t.number("vision.spatial_merge_size") : 1;
  projector.patches = square(16 * merge);
  projector.largest_patches = square(t.image / t.patch);
  projector.graphs = {{.per_patch = 1.015 * bytes(3 * t.hidden + 4 * t.width)}};
}

struct Kind {
  std::string_view name;
  void (*read)(Tower& tower, Projector& projector);
};
constexpr Kind kKinds[] = {{"mlp", read_llava},
                           {"gemma3", read_gemma3},
                           {"qwen3vl_merger", read_qwen3},
                           {"qwen2.5vl_merger", read_qwen25},
                           {"pixtral", read_pixtral}};

}  // namespace

std::optional<Projector> read_projector(const std::map<std::string, MetaValue>& metadata) {
  if (metadata.empty()) return std::nullopt;
  Tower tower(metadata);
  Projector projector{.kind = tower.text("clip.projector_type"), .heads = tower.heads, .width = tower.width};
  const auto kind = std::find_if(std::begin(kKinds), std::end(kKinds),
                                 [&](const Kind& one) { return one.name == projector.kind; });
  const bool told = tower.width > 0 && tower.hidden > 0 && tower.blocks > 0 && tower.patch > 1;
  if (kind == std::end(kKinds) || !told) return projector;
  // Where the width of the model is not told, it is not known what the last matrices are.
  if (tower.output == 0 && metadata.contains("clip.vision.projection_dim")) return projector;
  kind->read(tower, projector);
  projector.tensors = std::move(tower.tensors);
  return projector;
}

}  // namespace ctxcap::model
