// The settings as text.

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/json.hpp"
#include "base/text.hpp"
#include "manual/manual.hpp"

namespace ctxcap::manual {
namespace {

using settings::Origin, settings::Reading, settings::Shown;

constexpr int kOriginColumn = 44;

std::string word(Origin origin) {
  constexpr std::array<const char*, 5> kWords = {"default", "file", "environment", "flag", "policy"};
  return kWords[static_cast<std::size_t>(origin)];
}

std::string origin_text(const Shown& setting) {
  if (setting.origin == Origin::file) return setting.place;
  const bool typed = setting.origin == Origin::environment || setting.origin == Origin::flag;
  return typed ? word(setting.origin) + " " + setting.place : word(Origin::built_in);
}

// "variant[0].name" -> "variant[0]", "name"
std::pair<std::string, std::string> parts_of(const std::string& key) {
  const std::size_t dot = key.find('.');
  return {key.substr(0, dot), key.substr(dot + 1)};
}

// "variant[0]" -> "[[variant]]"
std::string heading(const std::string& table) {
  const std::size_t bracket = table.find('[');
  return bracket == table.npos ? "[" + table + "]" : "[[" + table.substr(0, bracket) + "]]";
}

}  // namespace

std::string toml_text(const Reading& reading, bool with_origin) {
  std::string text =
      "# " + (reading.settings.path.empty() ? "no file" : printable(reading.settings.path)) + "\n";
  std::string table;
  for (const Shown& setting : reading.shown) {
    const auto [of, name] = parts_of(setting.key);
    // The variant that flags speak of is no table of a file: it is told beside it.
    const bool aside = of == "variant";
    if (of != table) text += aside ? "\n# for every variant\n" : "\n" + heading(of) + "\n";
    table = of;
    if (setting.origin == Origin::policy) continue;  // a reader takes it from [policy] again
    const std::string line = setting.toml.empty()
                                 ? fmt::format("# {} is not set", name)
                                 : fmt::format("{}{} = {}", aside ? "# " : "", name, setting.toml);
    const int gap = std::max(kOriginColumn - display_width(line), 2);
    text += with_origin && !setting.toml.empty()
                ? fmt::format("{}{:{}}# {}\n", line, "", gap, printable(origin_text(setting)))
                : line + "\n";
  }
  return text;
}

std::string json_text(const Reading& reading) {
  nlohmann::ordered_json root = {{"schema", "ctxcap.config/1"}, {"file", nullptr}};
  if (!reading.settings.path.empty()) root["file"] = reading.settings.path;
  root["settings"] = nlohmann::ordered_json::array();
  for (const Shown& setting : reading.shown) {
    nlohmann::ordered_json row = {{"key", setting.key},
                                  {"value", nlohmann::ordered_json::parse(setting.json)},
                                  {"origin", word(setting.origin)},
                                  {"place", nullptr}};
    if (!setting.place.empty()) row["place"] = setting.place;
    root["settings"].push_back(std::move(row));
  }
  return root.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace ctxcap::manual
