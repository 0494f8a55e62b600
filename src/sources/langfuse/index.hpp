#pragma once
// Inside sources/langfuse/: a row with the places of its parts in front, so that it need not be read again to
// be found, put in order and named.

#include <optional>
#include <string>
#include <string_view>

#include "sources/langfuse/rows.hpp"

namespace ctxcap::sources::langfuse {

// Bytes for this machine only.
void append_indexed(std::string& bytes, const Row& row);

// Without project and usage, and without the parent of a row that begins its trace. nullopt: not written by
// append_indexed().
std::optional<Row> read_indexed(std::string_view bytes);

}  // namespace ctxcap::sources::langfuse
