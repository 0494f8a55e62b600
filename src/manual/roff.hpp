#pragma once
// Inside manual/: text of man pages. Everything that comes in is taken literally.

#include <string>
#include <string_view>

namespace ctxcap::manual::roff {

// On a line of its own or within one: hyphens, backslashes and quotes as they are typed, other characters as
// named ones, and no line that begins like a request.
std::string text(std::string_view text);

// ".SH NAME", ".SS", ".TP" ...; `words` are literal, each one argument.
std::string section(std::string_view name);
std::string subsection(std::string_view name);

// A name in bold, what it stands for in italics, and a paragraph about it, indented.
std::string entry(std::string_view name, std::string_view value, std::string_view about);

std::string paragraph(std::string_view about);
std::string example(std::string_view lines);  // as they are, not filled

}  // namespace ctxcap::manual::roff
