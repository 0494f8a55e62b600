#include "cli/skins.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

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

std::span<const Skin> skins_of(const SkinFlags& flags) {
  return std::span(kSkins).first(flags.pages ? 3 : 2);
}

const Skin* named(std::string_view name, std::span<const Skin> skins) {
  const auto found =
      std::find_if(skins.begin(), skins.end(), [&](const Skin& skin) { return skin.name == name; });
  return found == skins.end() ? nullptr : &*found;
}

const Skin* of_file(std::string_view path, std::span<const Skin> skins) {
  const auto found =
      std::find_if(skins.begin(), skins.end(), [&](const Skin& skin) { return path.ends_with(skin.suffix); });
  return found == skins.end() ? nullptr : &*found;
}

}  // namespace

void add_skin_flags(Parser& parser, SkinFlags& flags) {
  std::vector<std::string> names, suffixes;
  for (const Skin& skin : skins_of(flags)) {
    names.emplace_back(skin.name);
    suffixes.emplace_back(skin.suffix);
  }
  parser.add_option("-f,--format", flags.format, "What stdout gets: " + join(names, ", "))
      .type_name("FORMAT")
      .words(std::move(names))
      .show_default();
  parser
      .add_option("-o,--output", flags.files,
                  fmt::format("Also write a file; its suffix picks the format ({})", join(suffixes, " ")))
      .type_name("FILE");
}

Status check_skins(const std::string& command, const SkinFlags& flags) {
  if (named(flags.format, skins_of(flags)) == nullptr) {
    return fail({.kind = ErrorKind::usage,
                 .what = fmt::format("{} has no format \"{}\"", command, printable(flags.format, 40)),
                 .why = flags.pages ? "it prints a table, JSON or a page" : "it prints a table or JSON",
                 .hint = fmt::format("ctxcap {} -f json", command)});
  }
  for (const std::string& path : flags.files) {
    if (of_file(path, skins_of(flags)) != nullptr) continue;
    return fail(
        {.kind = ErrorKind::usage,
         .what = fmt::format("the suffix of {} names no format", printable(path)),
         .why =
             fmt::format("{} writes {}", command, flags.pages ? ".txt, .json and .html" : ".txt and .json"),
         .hint = fmt::format("ctxcap {} -o {}{}", command, command, flags.pages ? ".html" : ".json")});
  }
  return {};
}

Status write_skins(const Skins& skins, const SkinFlags& flags, World& world, Talk& talk) {
  talk.clear();
  world.console.out(named(flags.format, skins_of(flags))->print(skins, talk.out()));
  for (const std::string& path : flags.files) {
    TRY(world.files.write_atomic(path, of_file(path, skins_of(flags))->print(skins, {})));
    talk.note("wrote " + path);
  }
  return {};
}

}  // namespace ctxcap::cli
