#include "runtime/llama_server/preset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.hpp"

namespace ctxcap::runtime {
namespace {

// What else a flag is called in a preset.
struct FlagNames {
  std::string_view flag;
  std::array<std::string_view, 2> others;
};
constexpr std::array kFlagNames = {FlagNames{"ctx-size", {"c", "LLAMA_ARG_CTX_SIZE"}},
                                   FlagNames{"model", {"m", "LLAMA_ARG_MODEL"}},
                                   FlagNames{"parallel", {"np", "LLAMA_ARG_N_PARALLEL"}},
                                   FlagNames{"kv-unified", {"kvu", "LLAMA_ARG_KV_UNIFIED"}},
                                   FlagNames{"no-kv-unified", {"no-kvu", "LLAMA_ARG_NO_KV_UNIFIED"}},
                                   FlagNames{"cache-type-k", {"ctk", "LLAMA_ARG_CACHE_TYPE_K"}},
                                   FlagNames{"cache-type-v", {"ctv", "LLAMA_ARG_CACHE_TYPE_V"}}};

bool is_called(std::string_view key, std::string_view flag) {
  while (key.starts_with('-')) key.remove_prefix(1);
  if (key == flag) return true;
  return std::any_of(kFlagNames.begin(), kFlagNames.end(), [&](const FlagNames& names) {
    return names.flag == flag &&
           std::find(names.others.begin(), names.others.end(), key) != names.others.end();
  });
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

std::string_view trimmed_line(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// A line of the file, by its place in the text.
struct PresetLine {
  std::size_t begin = 0, end = 0;  // without its line end
  std::string_view section;        // that it opens; empty: none
  std::string_view key;            // empty: it sets nothing
  std::size_t value = 0;           // where it begins
  std::size_t value_end = 0;       // a remark behind it is no part of it
};

PresetLine line_at(std::string_view text, std::size_t begin) {
  PresetLine line{.begin = begin, .end = std::min(text.find('\n', begin), text.size())};
  const std::string_view whole = text.substr(begin, line.end - begin), bare = trimmed_line(whole);
  if (bare.empty() || bare.front() == ';' || bare.front() == '#') return line;
  if (bare.front() == '[') {
    line.section = trimmed_line(bare.substr(1, bare.find(']') - 1));
    return line;
  }
  const std::size_t equals = whole.find('=');
  if (equals == whole.npos) return line;
  line.key = trimmed_line(whole.substr(0, equals));
  line.value = equals + 1;
  while (line.value < whole.size() && is_blank(whole[line.value])) ++line.value;
  // A remark needs no blank before it: "8192;mine" is 8192, and no path holds a '#'.
  line.value_end = std::min(whole.find_first_of(";#", line.value), whole.size());
  while (line.value_end > line.value && is_blank(whole[line.value_end - 1])) --line.value_end;
  line.value += begin;
  line.value_end += begin;
  return line;
}

Error cannot_edit(const std::string& section, std::string why) {
  return {.kind = ErrorKind::usage,
          .what = fmt::format("section [{}] of the preset cannot be edited", printable(section, 60)),
          .why = std::move(why),
          .hint = "put the flags in by hand: ctxcap analyze --target llama-server prints them"};
}

// Lines of the section, the one that opens it first. Empty: it is not there, or there twice.
std::vector<PresetLine> lines_of(std::string_view text, const std::string& section, int& found) {
  std::vector<PresetLine> lines;
  bool inside = false;
  found = 0;
  for (std::size_t at = 0; at < text.size();) {
    const PresetLine line = line_at(text, at);
    if (!line.section.empty()) {
      inside = line.section == section;
      if (inside) ++found;
    }
    if (inside) lines.push_back(line);
    at = line.end + 1;
  }
  return lines;
}

// With its line end; of the last line of a file that has none, with the one before it.
void erase_line(std::string& text, const PresetLine& line) {
  const bool last = line.end >= text.size();
  const std::size_t begin = last && line.begin > 0 ? line.begin - 1 : line.begin;
  text.erase(begin, std::min(line.end + 1, text.size()) - begin);
}

Status set_value(std::string& text, const std::string& section, const std::string& flag,
                 const std::string& value) {
  int found = 0;
  const std::vector<PresetLine> lines = lines_of(text, section, found);
  if (found == 0) return fail(cannot_edit(section, "the file has no such section"));
  if (found > 1) return fail(cannot_edit(section, "the file has it more than once"));
  const PresetLine* set = nullptr;
  const PresetLine* last = &lines.front();  // that sets something
  for (const PresetLine& line : lines) {
    if (!line.key.empty()) last = &line;
    if (!is_called(line.key, flag)) continue;
    if (set != nullptr) return fail(cannot_edit(section, fmt::format("it says {} twice", flag)));
    set = &line;
  }
  if (value.empty()) {
    if (set != nullptr) erase_line(text, *set);
    return {};
  }
  if (set != nullptr) {
    if (set->value == set->value_end)  // what cannot be told from a key that is not there does not come back
      return fail(cannot_edit(section, fmt::format("it says {} without a value", flag)));
    text.replace(set->value, set->value_end - set->value, value);
    return {};
  }
  const bool returns = last->end > last->begin && text[last->end - 1] == '\r';
  const std::string added = fmt::format("{} = {}", flag, value);
  text.insert(last->end, "\n" + added + (returns ? "\r" : ""));
  return {};
}

}  // namespace

Result<std::string> edit_preset(const std::string& text, const std::string& section,
                                const PresetValues& values) {
  std::string edited = text;
  for (const auto& [flag, value] : values) TRY(set_value(edited, section, flag, value));
  return edited;
}

std::string own_preset_value(const std::string& text, const std::string& section, const std::string& flag) {
  int found = 0;
  for (const PresetLine& line : lines_of(text, section, found)) {
    if (is_called(line.key, flag)) return text.substr(line.value, line.value_end - line.value);
  }
  return "";
}

std::string preset_value(const std::string& text, const std::string& section, const std::string& flag) {
  const std::string own = own_preset_value(text, section, flag);
  return own.empty() ? own_preset_value(text, "*", flag) : own;
}

bool preset_shares(const std::string& text, const std::string& section) {
  for (const std::string& part : {section, std::string("*")}) {
    const std::string value = own_preset_value(text, part, "kv-unified");
    if (!value.empty()) return value == "on" || value == "enabled" || value == "true" || value == "1";
    if (!own_preset_value(text, part, "no-kv-unified").empty()) return false;
  }
  return false;
}

bool is_listed_as(const std::string& section, const std::string& id) {
  const std::size_t tag = section.rfind(':');
  if (section == id || tag == section.npos) return section == id;
  const std::string own = lowered(section), listed = lowered(id);
  const std::size_t last = own.find_last_of("-.:") + 1;  // of the quantisation
  return id.starts_with(section.substr(0, tag + 1)) && listed.substr(tag + 1) == own.substr(last);
}

}  // namespace ctxcap::runtime
