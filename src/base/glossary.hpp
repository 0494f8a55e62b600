#pragma once
// Text in lines of a width.

#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace ctxcap {

// `text` in lines of at most `width` columns, each of which begins with `first` or `next`; no line end after
// the last.
std::string wrapped(std::string_view text, int width, std::string_view first, std::string_view next);

// Each of several lines in lines of at most `width` columns, which go on two columns further in than it begins.
std::string wrapped_lines(std::string_view lines, int width);

// Two columns: names, and what they are, which is wrapped.
std::string glossary(std::span<const std::pair<std::string, std::string>> entries, int width);

}  // namespace ctxcap
