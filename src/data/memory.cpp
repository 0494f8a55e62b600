#include "data/memory.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/units.hpp"

namespace ctxcap {

std::string fit_text(const Fit& fit) {
  if (fit.stays()) return "all stays on the card";
  std::string text;
  if (fit.experts_in_ram > 0) text = fmt::format("the experts of {}", counted(fit.experts_in_ram, "block"));
  if (fit.layers_in_ram > 0)
    text += fmt::format("{}{}", text.empty() ? "" : " and ", counted(fit.layers_in_ram, "layer"));
  return text + " would lie in RAM";
}

}  // namespace ctxcap
