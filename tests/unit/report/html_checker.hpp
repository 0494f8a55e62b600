#pragma once
// A page as a strict reader would take it; no more than these pages need.

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

// Tags that are opened and closed in order; what is wrong first, empty: nothing. Knows what these pages have.
inline std::string misnested(std::string_view html) {
  static const std::set<std::string_view> kAlone = {"!DOCTYPE", "meta", "link", "input",
                                                    "line",     "path", "rect", "circle"};
  std::vector<std::string> open;
  for (std::size_t at = html.find('<'); at != html.npos; at = html.find('<', at + 1)) {
    const std::size_t end = html.find('>', at);
    if (end == html.npos) return "an open <";
    std::string_view tag = html.substr(at + 1, end - at - 1);
    const bool closes = tag.starts_with('/');
    if (closes) tag.remove_prefix(1);
    const std::string name(tag.substr(0, tag.find_first_of(" /\n")));
    if (std::count(tag.begin(), tag.end(), '"') % 2 != 0) return "quotes of " + name;
    if (kAlone.contains(name)) continue;
    if (!closes) {
      open.push_back(name);
      if (name != "script" && name != "style") continue;
      at = html.find("</" + name, at) - 1;  // its text is no markup
      continue;
    }
    if (open.empty() || open.back() != name) return fmt::format("</{}> at {}", name, at);
    open.pop_back();
  }
  return open.empty() ? "" : "never closed: " + open.back();
}

// What stands between that and the next quote, wherever it does.
inline std::vector<std::string> values_of(const std::string& html, const std::string& before) {
  std::vector<std::string> values;
  for (std::size_t at = html.find(before); at != html.npos; at = html.find(before, at + 1)) {
    const std::size_t from = at + before.size();
    values.push_back(html.substr(from, html.find('"', from) - from));
  }
  return values;
}
