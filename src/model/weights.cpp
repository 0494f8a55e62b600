#include "model/weights.hpp"

#include <fmt/format.h>

#include "model/tensor_types.hpp"

namespace ctxcap::model {

void read_weights(const ModelDescription& description, ModelArch& arch) {
  if (description.tensors.empty()) return;
  std::optional<Bytes> stored = 0;
  for (const Tensor& tensor : description.tensors) {
    const std::optional<Bytes> bytes = tensor_bytes(tensor);
    if (!bytes) {
      arch.notes.push_back(fmt::format("weights are unknown: tensor {} of type {} has no known size",
                                       tensor.name, tensor.type));
      return;
    }
    stored = checked_add(stored, bytes);
  }
  if (stored) arch.weights = Weights{.stored = *stored};
}

}  // namespace ctxcap::model
