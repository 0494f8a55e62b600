#include "model/tensor_types.hpp"

#include <string_view>

namespace ctxcap::model {
namespace {

// A block of `elements` along the first dimension takes `bytes` (as ggml reports them).
struct TensorType {
  std::string_view name;
  i64 elements;
  i64 bytes;
};

constexpr TensorType kTypes[] = {
    {"F64", 1, 8},        {"F32", 1, 4},        {"F16", 1, 2},      {"BF16", 1, 2},       {"I8", 1, 1},
    {"I16", 1, 2},        {"I32", 1, 4},        {"I64", 1, 8},      {"Q4_0", 32, 18},     {"Q4_1", 32, 20},
    {"Q5_0", 32, 22},     {"Q5_1", 32, 24},     {"Q8_0", 32, 34},   {"Q2_K", 256, 84},    {"Q3_K", 256, 110},
    {"Q4_K", 256, 144},   {"Q5_K", 256, 176},   {"Q6_K", 256, 210}, {"IQ1_S", 256, 50},   {"IQ1_M", 256, 56},
    {"IQ2_XXS", 256, 66}, {"IQ2_XS", 256, 74},  {"IQ2_S", 256, 82}, {"IQ3_XXS", 256, 98}, {"IQ3_S", 256, 110},
    {"IQ4_NL", 32, 18},   {"IQ4_XS", 256, 136}, {"TQ1_0", 256, 54}, {"TQ2_0", 256, 66},   {"MXFP4", 32, 17},
    {"NVFP4", 64, 36},    {"Q1_0", 128, 18},    {"Q2_0", 64, 18},
};

}  // namespace

std::optional<Bytes> tensor_bytes(const Tensor& tensor) {
  const TensorType* type = nullptr;
  for (const TensorType& row : kTypes) {
    if (row.name == tensor.type) type = &row;
  }
  if (!type || tensor.shape.empty() || tensor.shape.front() % type->elements != 0) return std::nullopt;
  std::optional<Bytes> bytes = tensor.shape.front() / type->elements;
  bytes = checked_mul(bytes, type->bytes);
  for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
    if (tensor.shape[i] < 0) return std::nullopt;
    if (i > 0) bytes = checked_mul(bytes, tensor.shape[i]);
  }
  return bytes;
}

}  // namespace ctxcap::model
