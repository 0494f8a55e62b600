#pragma once
// Inside sources/: a row with the places of its parts in front, so that it need not be read again to be
// found, put in order and named.

#include <optional>
#include <string>
#include <string_view>

#include "sources/langfuse_rows.hpp"

namespace ctxcap::sources {

// Bytes for this machine only.
void append_indexed(std::string& bytes, const LangfuseRow& row);

// Without usage and has_bodies. nullopt: not written by append_indexed().
std::optional<LangfuseRow> read_indexed(std::string_view bytes);

}  // namespace ctxcap::sources
