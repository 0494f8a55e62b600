#include "sources/langfuse/index.hpp"

#include <array>
#include <cstring>
#include <type_traits>

namespace ctxcap::sources::langfuse {
namespace {

constexpr std::array kParts = {&Row::id,         &Row::trace, &Row::parent,   &Row::name,
                               &Row::trace_name, &Row::tags,  &Row::model_id, &Row::tokenizer};

struct Place {
  std::uint32_t at = 0, size = 0;  // bytes, in the row
};

struct Index {
  i64 start = 0, updated = 0;
  std::array<Place, kParts.size()> parts;
};
static_assert(std::has_unique_object_representations_v<Index>);

}  // namespace

void append_indexed(std::string& bytes, const Row& row) {
  Index index{.start = row.start, .updated = row.updated, .parts = {}};
  for (std::size_t i = 0; i < kParts.size(); ++i) {
    const std::string_view part = row.*kParts[i];
    if (part.empty()) continue;  // what is missing has no place
    if (row.begins_trace && kParts[i] == &Row::parent) continue;
    index.parts[i] = {.at = static_cast<std::uint32_t>(part.data() - row.text.data()),
                      .size = static_cast<std::uint32_t>(part.size())};
  }
  bytes.append(reinterpret_cast<const char*>(&index), sizeof index).append(row.text);
}

std::optional<Row> read_indexed(std::string_view bytes) {
  Index index;
  if (bytes.size() < sizeof index) return std::nullopt;
  std::memcpy(&index, bytes.data(), sizeof index);
  Row row{.text = bytes.substr(sizeof index), .start = index.start, .updated = index.updated};
  for (std::size_t i = 0; i < kParts.size(); ++i) {
    const auto [at, size] = index.parts[i];
    if (at > row.text.size() || size > row.text.size() - at) return std::nullopt;
    row.*kParts[i] = row.text.substr(at, size);
  }
  if (row.id.empty()) return std::nullopt;
  return row;
}

}  // namespace ctxcap::sources::langfuse
