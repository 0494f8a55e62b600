#pragma once
// Inside report/: memory as parts of a bar.

#include <optional>
#include <string>
#include <vector>

#include "base/quantity.hpp"

namespace ctxcap::report::html {

struct StackPart {
  std::string name;  // HTML
  Bytes bytes = 0;
  int colour = 0;  // 0 to 7
};

// A bar with its parts, as wide as the larger of their sum and `usable`, with a line at usable. `label`:
// HTML, for who does not see it.
std::string stack(const std::vector<StackPart>& parts, std::optional<Bytes> usable, const std::string& label);
// What the colours mean, with sizes.
std::string legend(const std::vector<StackPart>& parts);

// The same bar, empty, for the script to fill: parts are named by data-part.
std::string empty_stack(const std::vector<StackPart>& parts);

}  // namespace ctxcap::report::html
