#include "manual/roff.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace ctxcap::manual::roff {
namespace {

std::string character(char32_t c) {
  switch (c) {
    case '\\':
      return "\\e";
    case '-':
      return "\\-";
    case '\'':
      return "\\(aq";
    case '"':
      return "\\(dq";
    case '`':
      return "\\(ga";
    case '^':
      return "\\(ha";
    case '~':
      return "\\(ti";
    default:
      return c < 0x80 ? std::string(1, static_cast<char>(c))
                      : fmt::format("\\[u{:04X}]", static_cast<std::uint32_t>(c));
  }
}

}  // namespace

std::string text(std::string_view text) {
  std::string out;
  bool begins = true;
  while (!text.empty()) {
    const char32_t c = next_code_point(text);
    if (begins && c == '.') out += "\\&";
    out += character(c);
    begins = c == '\n';
  }
  return out;
}

std::string section(std::string_view name) {
  return fmt::format(".SH {}\n", text(name));
}

std::string subsection(std::string_view name) {
  return fmt::format(".SS {}\n", text(name));
}

std::string entry(std::string_view name, std::string_view value, std::string_view about) {
  const std::string of = value.empty() ? "" : fmt::format(" \\fI{}\\fR", text(value));
  return fmt::format(".TP\n\\fB{}\\fR{}\n{}\n", text(name), of, text(about));
}

std::string paragraph(std::string_view about) {
  return fmt::format(".PP\n{}\n", text(about));
}

std::string example(std::string_view lines) {
  while (lines.ends_with('\n')) lines.remove_suffix(1);
  return fmt::format(".nf\n{}\n.fi\n", text(lines));
}

}  // namespace ctxcap::manual::roff
