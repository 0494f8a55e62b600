#pragma once
// Which blocks of a sparse model choose tokens by an indexer of their own.

#include <vector>

#include "model/keys.hpp"

namespace ctxcap::model {

// attention.indexer.types, one truth per block; from the tensors where it is withheld; all where it is
// absent.
std::vector<bool> listed_indexers(Keys& keys);

}  // namespace ctxcap::model
