// A checkpoint as what requests name: its windows are known, llama.cpp's memory is not.

#include "base/json.hpp"
#include "base/json_size.hpp"
#include "model/model.hpp"

namespace ctxcap::model {

DescribedModel described(Checkpoint checkpoint) {
  ModelArch arch{.architecture = checkpoint.model_type,
                 .max_ctx = checkpoint.max_model_len,
                 .native_ctx = checkpoint.max_model_len};
  if (checkpoint.original_len && arch.max_ctx && *checkpoint.original_len < *arch.max_ctx)
    arch.native_ctx = checkpoint.original_len;
  DescribedModel model{.arch = std::move(arch)};
  model.checkpoint = std::make_shared<const Checkpoint>(std::move(checkpoint));
  return model;
}

std::optional<Bytes> bytes_of_index(std::string_view index_json) {
  if (size_of_json(index_json) != JsonSize::fine) return std::nullopt;
  const auto root = nlohmann::json::parse(index_json, nullptr, false);
  if (!root.is_object()) return std::nullopt;
  const auto metadata = root.find("metadata");
  if (metadata == root.end() || !metadata->is_object()) return std::nullopt;
  const auto size = metadata->find("total_size");
  if (size == metadata->end() || !size->is_number()) return std::nullopt;
  const auto bytes = size->get<double>();
  return bytes > 0 && bytes < 1e15 ? std::optional(static_cast<Bytes>(bytes)) : std::nullopt;
}

}  // namespace ctxcap::model
