#pragma once
#include <optional>

#include "data/model.hpp"
#include "memory/load.hpp"

namespace ctxcap::memory {

struct ProjectorBytes {
  Bytes weights = 0;        // exact
  Bytes graph = 0;          // reserved at load, for an image of usual size
  Bytes largest_graph = 0;  // after the largest image; it does not shrink again
};

// Graphs were within this share of the formula.
inline constexpr double kGraphBand = 0.13;

// nullopt: a kind that is not known.
std::optional<ProjectorBytes> projector_bytes(const Projector& projector, const Load& load);

}  // namespace ctxcap::memory
