#pragma once
// Sizes of the tensor types of GGUF files.

#include <optional>

#include "data/model.hpp"

namespace ctxcap::model {

// Bytes of the tensor as stored. nullopt: a type that is not known, or a shape that no tensor has.
std::optional<Bytes> tensor_bytes(const Tensor& tensor);

}  // namespace ctxcap::model
