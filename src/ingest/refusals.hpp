#pragma once
// What a prompt counts for that a server refused as too long.

#include <optional>
#include <string_view>

#include "data/refusal.hpp"
#include "ingest/usage.hpp"

namespace ctxcap::ingest {

// The prompt with its size where that was named; else, where the limit was named, as just beyond it, with a
// remark; else it is not counted, for a reason of its own.
Usage usage_of(const Refusal& refusal);

// Both at once; nullopt where the message is no refusal.
std::optional<Usage> refused_usage(std::string_view message);

}  // namespace ctxcap::ingest
