#include "memory/projector.hpp"

#include <algorithm>
#include <cmath>

namespace ctxcap::memory {
namespace {

// As loaded: whole buffers of 128 bytes, and rows of quantised tensors padded as CUDA reads them.
Bytes loaded_bytes(const Tensor& tensor, const Load& load) {
  i64 elements = 1;
  for (const i64 extent : tensor.shape) elements *= extent;
  Bytes bytes = elements * (tensor.type == "F32" ? 4 : 2);
  if (tensor.type == "Q8_0") {
    constexpr i64 kRow = 512;
    bytes = elements / 32 * 34;
    if (load.cuda && tensor.shape.front() % kRow != 0)
      bytes += (kRow - tensor.shape.front() % kRow) / 32 * 34;
  }
  const i64 alignment = load.cuda ? 128 : 32;
  return (bytes + alignment - 1) / alignment * alignment;
}

Bytes graph_bytes(const Projector& projector, i64 patches, bool flash_attention) {
  const auto n = static_cast<double>(patches);
  double most = 0;
  for (const Projector::Graph& graph : projector.graphs)
    most = std::max(most, graph.per_patch_squared * n * n + graph.per_patch * n);
  // Without flash attention all scores are kept, beside six rows of the tower's width.
  if (!flash_attention)
    most = std::max(
        most, 4 * n * (static_cast<double>(projector.heads) * n + 6 * static_cast<double>(projector.width)));
  return std::llround(most);
}

}  // namespace

std::optional<ProjectorBytes> projector_bytes(const Projector& projector, const Load& load) {
  if (projector.tensors.empty()) return std::nullopt;
  ProjectorBytes bytes;
  for (const Tensor& tensor : projector.tensors) bytes.weights += loaded_bytes(tensor, load);
  bytes.graph = graph_bytes(projector, projector.patches, load.flash_attention);
  bytes.largest_graph =
      std::max(graph_bytes(projector, projector.largest_patches, load.flash_attention) * 104 / 100,
               static_cast<Bytes>(static_cast<double>(bytes.graph) * (1 + kGraphBand)));
  return bytes;
}

}  // namespace ctxcap::memory
