#include "report/html/stack.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/units.hpp"

namespace ctxcap::report::html {

std::string stack(const std::vector<StackPart>& parts, std::optional<Bytes> usable,
                  const std::string& label) {
  Bytes sum = 0;
  std::string text = fmt::format("<div class=\"stack\" role=\"img\" aria-label=\"{}\">", label);
  for (const StackPart& part : parts) {
    sum += part.bytes;
    text += fmt::format("<i style=\"flex-grow:{};--c:var(--s{})\"></i>", part.bytes >> 20, part.colour);
  }
  const Bytes all = std::max(sum, usable.value_or(0));
  if (all > sum) text += fmt::format("<i class=\"free\" style=\"flex-grow:{}\"></i>", (all - sum) >> 20);
  if (usable && all > 0)
    text += fmt::format("<b style=\"left:{:.2f}%\"></b>",
                        100.0 * static_cast<double>(*usable) / static_cast<double>(all));
  return text + "</div>\n";
}

std::string legend(const std::vector<StackPart>& parts) {
  std::string text = "<ul class=\"legend\">";
  for (const StackPart& part : parts) {
    text += fmt::format("<li><i style=\"--c:var(--s{})\"></i>{} {}</li>", part.colour, part.name,
                        human_bytes(part.bytes));
  }
  return text + "</ul>\n";
}

std::string empty_stack(const std::vector<StackPart>& parts) {
  std::string bar = "<div class=\"stack\" aria-hidden=\"true\">", names = "<ul class=\"legend\">";
  for (std::size_t i = 0; i < parts.size(); ++i) {
    bar += fmt::format("<i data-part=\"{}\" style=\"--c:var(--s{})\"></i>", i, parts[i].colour);
    names += fmt::format("<li><i style=\"--c:var(--s{})\"></i>{} <span data-size=\"{}\"></span></li>",
                         parts[i].colour, parts[i].name, i);
  }
  return bar + "<i class=\"free\"></i><b></b></div>\n" + names + "</ul>\n";
}

}  // namespace ctxcap::report::html
