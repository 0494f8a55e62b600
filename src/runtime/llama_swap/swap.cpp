#include "runtime/llama_swap/swap.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "base/text.hpp"
#include "base/units.hpp"

namespace ctxcap::runtime {
namespace {

// A part of the text.
struct Part {
  std::size_t begin = 0, end = 0;
  std::size_t size() const { return end - begin; }
};

// A line of YAML that is neither blank nor a remark.
struct YamlLine {
  Part bytes;  // without its line end
  std::size_t indent = 0;
  std::string key;       // unquoted; "": it has none
  std::size_t rest = 0;  // where the text behind the colon begins
};

std::string_view of(const std::string& text, Part part) {
  return std::string_view(text).substr(part.begin, part.size());
}

std::string unquoted(std::string_view key) {
  if (key.size() > 1 && (key.front() == '"' || key.front() == '\'') && key.back() == key.front())
    key = key.substr(1, key.size() - 2);
  return std::string(key);
}

YamlLine yaml_line(const std::string& text, Part bytes) {
  YamlLine line{.bytes = bytes};
  const std::string_view whole = of(text, bytes);
  line.indent = std::min(whole.find_first_not_of(' '), whole.size());
  std::size_t colon = std::string_view::npos;
  const char quote = line.indent < whole.size() ? whole[line.indent] : ' ';
  const std::size_t from = quote == '"' || quote == '\'' ? whole.find(quote, line.indent + 1) : line.indent;
  if (from != whole.npos) colon = whole.find(':', from);
  if (colon == whole.npos ||
      (colon + 1 < whole.size() && whole[colon + 1] != ' ' && whole[colon + 1] != '\r'))
    return line;
  line.key = unquoted(whole.substr(line.indent, colon - line.indent));
  line.rest = bytes.begin + std::min(whole.find_first_not_of(' ', colon + 1), whole.size());
  return line;
}

std::vector<YamlLine> yaml_lines(const std::string& text, Part part) {
  std::vector<YamlLine> lines;
  for (std::size_t at = part.begin; at < part.end;) {
    const std::size_t end = std::min(text.find('\n', at), part.end);
    const std::string_view whole = of(text, {at, end});
    const std::size_t first = whole.find_first_not_of(" \r");
    if (first != whole.npos && whole[first] != '#') lines.push_back(yaml_line(text, {at, end}));
    at = end + 1;
  }
  return lines;
}

// What belongs to the key, from behind its colon to the next line of its depth or less; nullopt: there is
// none.
std::optional<Part> below(const std::string& text, Part part, const std::string& key) {
  const std::vector<YamlLine> lines = yaml_lines(text, part);
  if (lines.empty()) return std::nullopt;
  const std::size_t depth = lines.front().indent;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].indent != depth || lines[i].key != key) continue;
    std::size_t end = part.end;
    for (std::size_t next = i + 1; next < lines.size() && end == part.end; ++next) {
      if (lines[next].indent <= depth) end = lines[next].bytes.begin;
    }
    return Part{lines[i].rest, end};
  }
  return std::nullopt;
}

// What stands below a key's own line, where a map of more keys is.
Part map_of(const std::string& text, Part value) {
  const std::size_t line_end = std::min(text.find('\n', value.begin), value.end);
  return {std::min(line_end + 1, value.end), value.end};
}

struct Word {
  Part bytes;
};

bool is_between(char c) {
  return c == ' ' || c == '\r' || c == '"' || c == '\'';
}

// What has a name is, or may be, somebody else's too: &name, *name.
bool is_named(const std::string& text, Part value) {
  return value.size() > 0 && (text[value.begin] == '&' || text[value.begin] == '*');
}

// Words of a command; those of remark lines are none.
std::vector<Word> words_of(const std::string& text, Part command) {
  std::vector<Word> words;
  for (std::size_t at = command.begin; at < command.end;) {
    const std::size_t line_end = std::min(text.find('\n', at), command.end);
    std::size_t word = at;
    bool remark = false;
    while (word < line_end && !remark) {
      while (word < line_end && is_between(text[word])) ++word;
      std::size_t end = word;
      while (end < line_end && !is_between(text[end])) ++end;
      remark = end > word && text[word] == '#';
      if (end > word && !remark) words.push_back({{word, end}});
      word = end;
    }
    at = line_end + 1;
  }
  return words;
}

// Values of a flag under any of its names, "--flag N" or "--flag=N".
std::vector<Part> values_of(const std::string& text, const std::vector<Word>& words,
                            std::initializer_list<std::string_view> names) {
  std::vector<Part> values;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = of(text, words[i].bytes);
    for (const std::string_view name : names) {
      if (word == name && i + 1 < words.size()) values.push_back(words[i + 1].bytes);
      if (word.size() > name.size() && word.starts_with(name) && word[name.size()] == '=')
        values.push_back({words[i].bytes.begin + name.size() + 1, words[i].bytes.end});
    }
  }
  return values;
}

Error not_followed(const std::string& model, std::string why, std::string hint) {
  return {.kind = ErrorKind::usage,
          .what = fmt::format("the window of {} in llama-swap's configuration is not edited",
                              printable(model, 60)),
          .why = std::move(why),
          .hint = std::move(hint)};
}

i64 line_number(const std::string& text, std::size_t at) {
  return 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
}

// The name in "${name}"; "": it is none.
std::string macro_name(std::string_view word) {
  if (!word.starts_with("${") || !word.ends_with('}')) return "";
  return std::string(word.substr(2, word.size() - 3));
}

// The digits there, a quote before them apart.
Part digits_at(const std::string& text, std::size_t begin, std::size_t most) {
  if (begin < most && (text[begin] == '"' || text[begin] == '\'')) ++begin;
  std::size_t end = begin;
  while (end < most && text[end] >= '0' && text[end] <= '9') ++end;
  return {begin, end};
}

// The number that a macro is, in a map of macros, block or on one line.
std::optional<Part> macro_value(const std::string& text, Part macros, const std::string& name) {
  const std::size_t line_end = std::min(text.find('\n', macros.begin), macros.end);
  const std::string_view first = of(text, {macros.begin, line_end});
  if (first.starts_with('{')) {
    for (const std::string& before :
         {"{" + name + ":", "{ " + name + ":", ", " + name + ":", "," + name + ":"}) {
      const std::size_t found = first.find(before);
      if (found == first.npos) continue;
      std::size_t begin = macros.begin + found + before.size();
      while (begin < line_end && text[begin] == ' ') ++begin;
      return digits_at(text, begin, line_end);
    }
    return std::nullopt;
  }
  const auto value = below(text, map_of(text, macros), name);
  if (!value) return std::nullopt;
  return digits_at(text, value->begin, value->end);
}

std::optional<Part> macros_of(const std::string& text, Part map) {
  return below(text, map, "macros");
}

// Where the number stands that a value means; an error where others use it as well.
Result<Part> literal_of(const std::string& text, const std::string& model, Part all, Part models, Part own,
                        Part value) {
  const std::string macro = macro_name(of(text, value));
  if (macro.empty()) return value;
  if (const auto macros = macros_of(text, own)) {
    if (is_named(text, *macros))
      return fail(not_followed(model, "its macros have an anchor, or are somebody else's",
                               "write them out below the model"));
    if (const auto found = macro_value(text, *macros, macro)) return *found;
  }
  const auto shared = macros_of(text, all);
  const auto found = shared ? macro_value(text, *shared, macro) : std::nullopt;
  if (!found)
    return fail(not_followed(model, fmt::format("the macro {} is not found", printable(macro, 40)),
                             "write the number itself behind -c"));
  // Others that name it, and have none of their own under that name.
  const std::string use = "${" + macro + "}";
  std::string_view outside(text);
  for (std::size_t at = outside.find(use); at != outside.npos; at = outside.find(use, at + 1)) {
    if (at >= own.begin && at < own.end) continue;
    bool covered = false;
    if (at >= models.begin && at < models.end) {
      for (const YamlLine& line : yaml_lines(text, models)) {
        if (line.indent != yaml_lines(text, models).front().indent) continue;
        const auto other = below(text, models, line.key);
        if (!other || at < other->begin || at >= other->end) continue;
        const auto macros = macros_of(text, map_of(text, *other));
        covered = macros && macro_value(text, *macros, macro).has_value();
      }
    }
    if (!covered)
      return fail(not_followed(model,
                               fmt::format("the macro {} is used on line {} too, by others",
                                           printable(macro, 40), line_number(text, at)),
                               fmt::format("give {} a macro of its own: macros: {{{}: N}}",
                                           printable(model, 40), printable(macro, 40))));
  }
  return *found;
}

Result<i64> number_at(const std::string& text, const std::string& model, Part part, const char* flag) {
  const std::optional<i64> number = parse_integer(of(text, part));
  if (number && *number > 0) return *number;
  return fail(not_followed(model,
                           fmt::format("{} is \"{}\", and no number", flag, printable(of(text, part), 40)),
                           fmt::format("write a number behind {}", flag)));
}

// A model in the file, and the words of its command.
struct OfModel {
  Part models, own;
  std::vector<Word> words;
};

Result<OfModel> of_model(const std::string& text, const std::string& model) {
  const auto models_value = below(text, Part{0, text.size()}, "models");
  if (!models_value)
    return fail(not_followed(model, "it has no models", "name the configuration of llama-swap"));
  OfModel found{.models = map_of(text, *models_value)};
  const auto own_value = below(text, found.models, model);
  if (!own_value)
    return fail(
        not_followed(model, "there is no such model in it", "name the model by its id, not by an alias"));
  if (is_named(text, *own_value))
    return fail(not_followed(model, "it has an anchor, so other models may be made of it",
                             "write the others out, and take the anchor away"));
  found.own = map_of(text, *own_value);
  const auto command = below(text, found.own, "cmd");
  if (!command || is_named(text, *command))
    return fail(not_followed(model, "its cmd is not written out there", "write cmd: below the model"));
  found.words = words_of(text, *command);
  return found;
}

// The literals that say a model's window and its slots.
struct Numbers {
  Part window_at;
  Tokens all = 0;  // of all slots together
  i64 slots = 1;
};

Result<Numbers> numbers_of(const std::string& text, const std::string& model) {
  const std::string by_hand = "write -c N -np 1 into its cmd, N being the window";
  const Part all{0, text.size()};
  TRY_ASSIGN(const OfModel found, of_model(text, model));
  const auto& [models, own, words] = found;
  const std::vector<Part> windows = values_of(text, words, {"-c", "--ctx-size"});
  const std::vector<Part> slots = values_of(text, words, {"-np", "--parallel"});
  if (windows.size() != 1)
    return fail(not_followed(model, windows.empty() ? "its cmd has no -c" : "its cmd has -c more than once",
                             by_hand));
  if (slots.size() != 1)
    return fail(
        not_followed(model, "its cmd does not say -np, so four slots share one cache of -c tokens", by_hand));
  TRY_ASSIGN(const Part slots_at, literal_of(text, model, all, models, own, slots.front()));
  Numbers numbers;
  TRY_ASSIGN(numbers.window_at, literal_of(text, model, all, models, own, windows.front()));
  TRY_ASSIGN(numbers.slots, number_at(text, model, slots_at, "-np"));
  TRY_ASSIGN(numbers.all, number_at(text, model, numbers.window_at, "-c"));
  return numbers;
}

}  // namespace

Result<SwapEdit> edit_swap(const std::string& text, const std::string& model, Tokens num_ctx) {
  TRY_ASSIGN(const Numbers numbers, numbers_of(text, model));
  constexpr Tokens kGrain = 256;
  const auto after = checked_mul(round_up(num_ctx, kGrain), numbers.slots);
  if (!after)
    return fail(not_followed(model, "that many slots of that window are not possible", "look at -np"));
  SwapEdit edit{.before = numbers.all, .after = *after, .slots = numbers.slots};
  TRY_ASSIGN(edit.text, set_swap_window(text, model, *after));
  edit.where = fmt::format("line {}", line_number(text, numbers.window_at.begin));
  return edit;
}

std::string swap_weights(const std::string& text, const std::string& model) {
  const auto found = of_model(text, model);
  const std::vector<Part> files =
      found ? values_of(text, found->words, {"-m", "--model"}) : std::vector<Part>{};
  return files.size() == 1 ? std::string(of(text, files.front())) : "";
}

Result<std::string> set_swap_window(const std::string& text, const std::string& model, Tokens all) {
  TRY_ASSIGN(const Numbers numbers, numbers_of(text, model));
  std::string edited = text;
  edited.replace(numbers.window_at.begin, numbers.window_at.size(), fmt::format("{}", all));
  return edited;
}

}  // namespace ctxcap::runtime
