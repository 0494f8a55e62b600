#pragma once
// What `--map` says: which column or JSON key holds which part of a call.

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "base/result.hpp"

namespace ctxcap::ingest {

enum class Part : std::uint8_t { prompt, generation, model, job, time, id, count_ };
inline constexpr std::size_t kParts = static_cast<std::size_t>(Part::count_);

// A path is a CSV column or a JSON key. In JSON, dots lead into objects; a key that itself contains dots is
// tried first. Empty: not mapped.
struct Mapping {
  std::array<std::string, kParts> paths;

  const std::string& operator[](Part part) const { return paths[static_cast<std::size_t>(part)]; }
  bool empty() const;
  bool operator==(const Mapping&) const = default;
};

// From pairs of part and path, as typed. Errors (ErrorKind::usage) name the parts that there are.
Result<Mapping> mapping_of(std::span<const std::pair<std::string, std::string>> pairs);

}  // namespace ctxcap::ingest
