#pragma once
// Inside report/: pieces of an HTML page. What comes from logs passes escaped(), and nothing else does.

#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace ctxcap::report::html {

// Untrusted text, such as a job's name, as one line of characters that a page shows as they are, in elements
// and in quoted attributes.
std::string escaped(std::string_view text, int max_width = 200);

// Text of many lines, such as a Modelfile: the same, with its line ends.
std::string escaped_lines(std::string_view text);

// Untrusted text inside of a JSON string of a page: no character of it ends the string or the element.
std::string json_string(std::string_view text);

// "2026-08-20 09:15", UTC
std::string minute(Instant at);

// A sentence under a figure that says what it was made from.
std::string provenance(std::string_view html);

// The same beside a table.
std::string provenance_line(std::string_view html);

struct Heading {
  std::string text;
  bool number = false;  // its column is aligned to the right
};

struct TableRow {
  std::vector<std::string> cells;  // HTML; the first heads the row
  std::string mark;                // class of the row; "": none
};

// A table with a caption, which scrolls by itself where it is wider than the page. `headings`, `caption`:
// HTML.
std::string table(std::string_view caption, const std::vector<Heading>& headings,
                  const std::vector<TableRow>& rows);

// What is folded away until somebody asks.
std::string folded(std::string_view summary, std::string_view html);

// A whole document. `title` is text, `body` HTML. It asks nobody for anything: all of it is in the file, and
// its policy forbids the rest.
std::string page(std::string_view title, std::string_view body);

extern const std::string_view kStyle;
extern const std::string_view kScript;

}  // namespace ctxcap::report::html
