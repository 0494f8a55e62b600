#include "model/indexed_blocks.hpp"

#include "model/blocks.hpp"

namespace ctxcap::model {

std::vector<bool> listed_indexers(Keys& keys) {
  constexpr std::string_view kTypes = "attention.indexer.types";
  const auto blocks = static_cast<std::size_t>(keys.blocks());
  std::vector<bool> indexed(blocks, true);
  if (keys.is_withheld(kTypes)) {
    const std::vector<Block> shapes = blocks_of(keys.description().tensors, keys.blocks());
    for (std::size_t i = 0; i < blocks; ++i) {
      if (!shapes[i].any) keys.withhold(kTypes);
      indexed[i] = shapes[i].indexer;
    }
  } else if (const auto types = keys.find_each(kTypes)) {
    for (std::size_t i = 0; i < blocks; ++i) indexed[i] = (*types)[i] != 0;
  }
  return indexed;
}

}  // namespace ctxcap::model
