#include "describe/gguf_file.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace ctxcap::describe {
namespace {

// "m-00001-of-00003.gguf", 2 -> "m-00002-of-00003.gguf"; "": it is not called like that.
std::string part_of(const std::string& path, i64 parts, i64 part) {
  const std::string tail = fmt::format("-of-{:05}.gguf", parts);
  constexpr std::size_t kDigits = 5;
  if (!path.ends_with(tail) || path.size() < tail.size() + kDigits + 1) return "";
  return path.substr(0, path.size() - tail.size() - kDigits) + fmt::format("{:05}", part) + tail;
}

Error of(const std::string& path, Error error) {
  error.kind = ErrorKind::usage;
  error.why = printable(path) + ": " + error.why;
  return error;
}

Result<model::GgufPart> read_part(const std::string& path, const std::string& name, World& world) {
  TRY_ASSIGN(const auto file, world.files.map(path));
  auto part = model::describe_gguf(file->bytes(), name);
  return part ? part : fail(of(path, part.error()));
}

}  // namespace

bool is_gguf_file(const std::string& path, World& world) {
  if (world.files.kind(path) != PathKind::file) return false;
  const auto file = world.files.map(path);
  return file && model::is_gguf((*file)->bytes());
}

Result<ModelDescription> description_from_gguf(const std::string& path, const std::string& name,
                                               World& world) {
  TRY_ASSIGN(model::GgufPart whole, read_part(path, name, world));
  std::vector<Tensor>& tensors = whole.description.tensors;
  for (i64 i = 1; i <= whole.parts && static_cast<i64>(tensors.size()) < whole.tensors; ++i) {
    const std::string other = part_of(path, whole.parts, i);
    if (other.empty() || other == path || world.files.kind(other) != PathKind::file) continue;
    TRY_ASSIGN(const model::GgufPart part, read_part(other, name, world));
    tensors.insert(tensors.end(), part.description.tensors.begin(), part.description.tensors.end());
  }
  // Some of the weights would be a number that nobody asked for.
  if (static_cast<i64>(tensors.size()) < whole.tensors) tensors.clear();
  return std::move(whole.description);
}

}  // namespace ctxcap::describe
