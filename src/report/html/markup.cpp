#include "report/html/markup.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace ctxcap::report::html {
namespace {

std::string with_entities(std::string_view text) {
  std::string html;
  for (const char c : text) {
    switch (c) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      case '\'':
        html += "&#39;";
        break;
      default:
        html += c;
    }
  }
  return html;
}

std::string cell(const std::string& html, const Heading& heading, bool heads_row) {
  const std::string_view number = heading.number ? " class=\"n\"" : "";
  return heads_row ? fmt::format("<th scope=\"row\"{}>{}</th>", number, html)
                   : fmt::format("<td{}>{}</td>", number, html);
}

// As the value of an attribute: what is between tags.
std::string without_tags(std::string_view html) {
  std::string text;
  bool inside = false;
  for (const char c : html) {
    if (c == '<') inside = true;
    if (!inside) text += c;
    if (c == '>') inside = false;
  }
  return text;
}

// Links to all headings that can be linked to; "": there are too few to get lost among.
std::string contents(std::string_view body) {
  constexpr std::string_view kBegin = "<h2 id=\"", kEnd = "</h2>";
  std::string list;
  int count = 0;
  for (std::size_t at = body.find(kBegin); at != body.npos; at = body.find(kBegin, at + 1)) {
    const std::size_t id = at + kBegin.size(), quote = body.find('"', id), text = body.find('>', quote) + 1;
    list += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", body.substr(id, quote - id),
                        body.substr(text, body.find(kEnd, text) - text));
    ++count;
  }
  return count < 3 ? "" : "<nav aria-label=\"Contents\">\n<ul>\n" + list + "</ul>\n</nav>\n";
}

// From every figure to what the page rests on, where it has a section of that.
std::string linked(std::string body) {
  constexpr std::string_view kEnd = "</figcaption>", kLink = " <a href=\"#sources\">What this rests on</a>";
  if (body.find("<h2 id=\"sources\">") == body.npos) return body;
  for (std::size_t at = body.find(kEnd); at != body.npos;
       at = body.find(kEnd, at + kLink.size() + kEnd.size()))
    body.insert(at, kLink);
  return body;
}

}  // namespace

std::string escaped(std::string_view text, int max_width) {
  return with_entities(printable(text, max_width));
}

std::string escaped_lines(std::string_view text) {
  std::string html;
  for (const std::string_view line : split(text, '\n')) html += with_entities(printable(line, 400)) + "\n";
  while (html.ends_with("\n\n")) html.pop_back();
  return html;
}

std::string json_string(std::string_view text) {
  std::string json = "\"";
  for (const char c : printable(text)) {
    const bool ends = c == '"' || c == '\\' || c == '<' || c == '>' || c == '&';
    json += ends ? fmt::format("\\u{:04x}", static_cast<int>(c)) : std::string(1, c);
  }
  return json + "\"";
}

std::string minute(Instant at) {
  const std::string text = rfc3339(at);  // 2026-08-20T09:15:02Z
  return text.substr(0, 10) + " " + text.substr(11, 5);
}

std::string provenance(std::string_view html) {
  return fmt::format("<figcaption>{}</figcaption>\n", html);
}

std::string provenance_line(std::string_view html) {
  return fmt::format("<p class=\"muted\">{}</p>\n", html);
}

std::string table(std::string_view caption, const std::vector<Heading>& headings,
                  const std::vector<TableRow>& rows) {
  std::string html = fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"group\" "
      "aria-label=\"{}\">\n<table>\n<caption>{}</caption>\n<thead><tr>",
      without_tags(caption), caption);
  for (const Heading& heading : headings) {
    html += fmt::format("<th scope=\"col\"{}>{}</th>", heading.number ? " class=\"n\"" : "", heading.text);
  }
  html += "</tr></thead>\n<tbody>\n";
  for (const TableRow& row : rows) {
    html += row.mark.empty() ? "<tr>" : fmt::format("<tr class=\"{}\">", row.mark);
    for (std::size_t i = 0; i < row.cells.size(); ++i) html += cell(row.cells[i], headings[i], i == 0);
    html += "</tr>\n";
  }
  return html + "</tbody>\n</table>\n</div>\n";
}

std::string folded(std::string_view summary, std::string_view html) {
  return fmt::format("<details>\n<summary>{}</summary>\n{}</details>\n", summary, html);
}

std::string page(std::string_view title, std::string_view sections) {
  std::string body = linked(std::string(sections));
  body.insert(std::min(body.find("<section"), body.size()), contents(body));
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
      "script-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'\">\n"
      "<link rel=\"icon\" href=\"data:,\">\n"
      "<title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n<main>\n{}</main>\n<script>\n{}</script>\n"
      "</body>\n</html>\n",
      escaped(title), kStyle, body, kScript);
}

}  // namespace ctxcap::report::html
