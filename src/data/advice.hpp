#pragma once
// What would help, and what it frees.

#include <optional>
#include <string>

#include "base/quantity.hpp"

namespace ctxcap {

struct Advice {
  std::string what;            // a word for machines: "batch", "cpu", "dtype", "expandable-segments" ...
  std::optional<Bytes> frees;  // nullopt: it depends on what is not known
  std::string text;            // one sentence for people
};

}  // namespace ctxcap
