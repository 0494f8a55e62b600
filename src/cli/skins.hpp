#pragma once
// Inside cli/: results that are no analysis: as text, as JSON, as a page.

#include <functional>
#include <string>
#include <vector>

#include "cli/parser.hpp"
#include "cli/talk.hpp"

namespace ctxcap::cli {

struct Skins {
  std::function<std::string(const report::TextOptions&)> text;
  std::function<std::string()> json, html = {};
};

struct SkinFlags {
  bool pages = true;  // whether there is one of HTML
  std::string format = "table";
  std::vector<std::string> files = {};
};

void add_skin_flags(Parser& parser, SkinFlags& flags);

// Checks format and suffixes before any work is done. Error: ErrorKind::usage.
Status check_skins(const std::string& command, const SkinFlags& flags);

// To stdout and into the files.
Status write_skins(const Skins& skins, const SkinFlags& flags, World& world, Talk& talk);

}  // namespace ctxcap::cli
