// A checkpoint by its config.json, with the size of the weights that lie beside it.

#include <filesystem>

#include "base/text.hpp"
#include "describe/describe.hpp"
#include "model/model.hpp"

namespace ctxcap::describe {
namespace {

std::optional<Bytes> weights_beside(const std::string& config, World& world) {
  const std::filesystem::path folder = std::filesystem::path(config).parent_path();
  const std::string index = (folder / "model.safetensors.index.json").string();
  if (world.files.kind(index) == PathKind::file) {
    const auto text = world.files.read_all(index);
    return text ? model::bytes_of_index(*text) : std::nullopt;
  }
  const std::string whole = (folder / "model.safetensors").string();
  if (world.files.kind(whole) != PathKind::file) return std::nullopt;
  const auto file = world.files.map(whole);
  return file ? std::optional(static_cast<Bytes>((*file)->bytes().size())) : std::nullopt;
}

}  // namespace

Result<Checkpoint> checkpoint_from_file(const std::string& path, World& world) {
  TRY_ASSIGN(const std::string text, world.files.read_all(path));
  auto checkpoint = model::checkpoint(text);
  if (!checkpoint) {
    Error error = checkpoint.error();
    error.why = printable(path) + ": " + error.why;
    return fail(std::move(error));
  }
  if (const auto weights = weights_beside(path, world)) {
    checkpoint->weights_bytes = weights;
    checkpoint->weights_exact = true;
  }
  return checkpoint;
}

}  // namespace ctxcap::describe
