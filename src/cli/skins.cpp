#include "cli/skins.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace ctxcap::cli {
namespace {

struct Skin {
  std::string_view name, suffix;
  std::string (*print)(const Skins&, const report::TextOptions&);
};

constexpr Skin kSkins[] = {
    {"table", ".txt", [](const Skins& skins, const report::TextOptions& style) { return skins.text(style); }},
    {"json", ".json", [](const Skins& skins, const report::TextOptions&) { return skins.json(); }},
    {"html", ".html", [](const Skins& skins, const report::TextOptions&) { return skins.html(); }},
};

const Skin* named(std::string_view name) {
  const Skin* found =
      std::find_if(std::begin(kSkins), std::end(kSkins), [&](const Skin& skin) { return skin.name == name; });
  return found == std::end(kSkins) ? nullptr : found;
}

const Skin* of_file(std::string_view path) {
  const Skin* found = std::find_if(std::begin(kSkins), std::end(kSkins),
                                   [&](const Skin& skin) { return path.ends_with(skin.suffix); });
  return found == std::end(kSkins) ? nullptr : found;
}

}  // namespace

void add_skin_flags(Parser& parser, SkinFlags& flags) {
  std::vector<std::string> names;
  for (const Skin& skin : kSkins) names.emplace_back(skin.name);
  parser.add_option("-f,--format", flags.format, "table, json or html")
      .type_name("FORMAT")
      .words(std::move(names))
      .show_default();
  parser
      .add_option("-o,--output", flags.files,
                  "Also write a file; its suffix picks the format (.json .html .txt)")
      .type_name("FILE");
}

Status check_skins(const std::string& command, const SkinFlags& flags) {
  if (named(flags.format) == nullptr) {
    return fail({.kind = ErrorKind::usage,
                 .what = fmt::format("{} has no format \"{}\"", command, printable(flags.format, 40)),
                 .why = "it prints a table, JSON or a page",
                 .hint = fmt::format("ctxcap {} -f json", command)});
  }
  for (const std::string& path : flags.files) {
    if (of_file(path) != nullptr) continue;
    return fail({.kind = ErrorKind::usage,
                 .what = fmt::format("the suffix of {} names no format", printable(path)),
                 .why = fmt::format("{} writes .json, .html and .txt", command),
                 .hint = fmt::format("ctxcap {} -o {}.html", command, command)});
  }
  return {};
}

Status write_skins(const Skins& skins, const SkinFlags& flags, World& world, Talk& talk) {
  talk.clear();
  world.console.out(named(flags.format)->print(skins, talk.out()));
  for (const std::string& path : flags.files) {
    TRY(world.files.write_atomic(path, of_file(path)->print(skins, {})));
    talk.note("wrote " + path);
  }
  return {};
}

}  // namespace ctxcap::cli
