#include "settings/key.hpp"

#include <cmath>

#include "base/text.hpp"
#include "data/service_url.hpp"

namespace ctxcap::settings {

using Kind = Value::Kind;

Bound::Bound(std::string row_key, std::string row_flag, std::string row_value, std::string row_example,
             unsigned row_uses, std::string row_help, Field row_field, std::string other_variable)
    : Row{.key = std::move(row_key),
          .flag = std::move(row_flag),
          .value = std::move(row_value),
          .example = std::move(row_example),
          .help = std::move(row_help),
          .range = row_field.range,
          .words = row_field.words,
          .type = row_field.type,
          .uses = row_uses},
      field(std::move(row_field)) {
  if (const std::optional<Value> now = field.show()) fallback = toml_of(*now);
  if (flag.empty()) return;
  variables = {"CTXCAP_" + key};
  for (char& c : variables.front()) c = c == '.' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  if (!other_variable.empty()) variables.push_back(std::move(other_variable));
}

std::string Table::heading() const {
  return many ? fmt::format("[[{}]]", name) : fmt::format("[{}]", name);
}

std::string Row::line() const {
  return key.substr(key.find('.') + 1) + " = " + example;
}

std::string Row::flag_line() const {
  if (type == Type::flag) return flag;
  Value typed = parse_variable(example);
  if (typed.kind == Value::Kind::list) typed = typed.items.front();
  std::string before;
  if (typed.kind == Value::Kind::table) {
    before = typed.entries.front().key + "=";
    typed = typed.entries.front().value;
  }
  return flag + " " + before + (typed.kind == Value::Kind::text ? typed.text : toml_of(typed));
}

Complaint not_a(std::string_view wanted, const Value& value) {
  return fmt::format("it must be {}, and is {}", wanted, word(value.kind));
}

Complaint not_pairs(const Value& value, const From& from) {
  return from.file ? not_a("a table of names and values", value) : "it is not NAME=VALUE";
}

Complaint take_text(const Value& value, std::string& into, const From&) {
  if (value.kind != Kind::text) return not_a("a text in quotes", value);
  if (value.text.empty()) return "it is empty: leave it out instead";
  if (printable(value.text, 4096) != value.text)
    return "it holds characters that do not print, or is too long";
  into = value.text;
  return {};
}

Complaint take_path(const Value& value, std::string& into, const From& from) {
  std::string path;
  if (Complaint why = take_text(value, path); !why.empty()) return why;
  if (path == "-" && from.file) return "a night has no standard input";
  if (path.starts_with('~')) return "~ is a shell's abbreviation: write the whole path";
  const bool relative = !path.starts_with('/') && !from.directory.empty();
  into = !relative ? path : from.directory + (from.directory.ends_with('/') ? "" : "/") + path;
  return {};
}

Complaint take_texts(const Value& value, std::vector<std::string>& into, const From&) {
  std::vector<std::string> texts;
  if (value.kind != Kind::list) {
    if (value.kind != Kind::text) return not_a("a list of texts", value);
    texts.emplace_back();
    if (Complaint why = take_text(value, texts.back()); !why.empty()) return why;
  }
  for (const Value& item : value.items) {
    if (item.kind != Kind::text) return fmt::format("one of its items is {}, not a text", word(item.kind));
    texts.emplace_back();
    if (Complaint why = take_text(item, texts.back()); !why.empty()) return "one of its items: " + why;
    if (std::count(texts.begin(), texts.end(), texts.back()) > 1) {
      return fmt::format("it names {} twice", printable(texts.back(), 60));
    }
  }
  if (texts.empty()) return "it is empty: leave it out instead";
  into = std::move(texts);
  return {};
}

Complaint take_paths(const Value& value, std::vector<std::string>& into, const From& from) {
  std::vector<std::string> paths;
  if (Complaint why = take_texts(value, paths); !why.empty()) return why;
  for (std::string& path : paths) {
    if (Complaint why = take_path(text_value(path), path, from); !why.empty()) return why;
  }
  into = std::move(paths);
  return {};
}

Complaint take_size(const Value& value, Bytes& into) {
  const bool nothing = (value.kind == Kind::integer && value.integer == 0) || value.text == "0";
  if (nothing) return into = 0, Complaint();
  const bool bare = value.kind == Kind::integer || value.kind == Kind::real;
  if (!bare && value.kind != Kind::text) return not_a("a size in quotes", value);
  if (bare || value.text.find_first_not_of("0123456789. ") == value.text.npos)
    return "a size needs its unit: GiB or GB, MiB or MB";
  const Result<Bytes> bytes = parse_bytes(value.text);
  if (!bytes) return bytes.error().why;
  into = *bytes;
  return {};
}

Complaint take_whole(const Value& value, i64 least, i64 most, i64& into) {
  if (value.kind != Kind::integer) return not_a("a whole number", value);
  if (value.integer < least || value.integer > most) {
    return fmt::format("it must be {} to {}, and is {}", least, most, value.integer);
  }
  into = value.integer;
  return {};
}

Complaint take_url(const Value& value, std::string& into) {
  std::string url;
  if (Complaint why = take_text(value, url); !why.empty()) return why;
  if (Complaint why = fault_of_url(url); !why.empty()) return why;
  while (url.ends_with('/')) url.pop_back();
  into = std::move(url);
  return {};
}

Value text_value(std::string text) {
  return {.kind = Kind::text, .text = std::move(text)};
}

Value size_value(Bytes bytes) {
  return {.kind = Kind::size, .integer = bytes};
}

Value whole_value(i64 number) {
  return {.kind = Kind::integer, .integer = number, .real = static_cast<double>(number)};
}

Value texts_value(const std::vector<std::string>& texts) {
  Value value{.kind = Kind::list};
  for (const std::string& text : texts) value.items.push_back(text_value(text));
  return value;
}

std::optional<Value> unless_empty(Value value) {
  const bool empty = value.text.empty() && value.items.empty() && value.entries.empty();
  if (empty) return std::nullopt;
  return value;
}

std::optional<Value> show_text(const std::string& text) {
  return unless_empty(text_value(text));
}

std::optional<Value> show_texts(const std::vector<std::string>& texts) {
  return unless_empty(texts_value(texts));
}

std::optional<Value> show_pairs(const Pairs& pairs) {
  Value value{.kind = Kind::table};
  for (const auto& [name, text] : pairs) value.entries.push_back({name, {}, text_value(text)});
  return unless_empty(std::move(value));
}

std::optional<Value> show_whole(const std::optional<i64>& number) {
  return number ? std::optional(whole_value(*number)) : std::nullopt;
}

std::optional<Value> show_size(const std::optional<Bytes>& bytes) {
  return bytes ? std::optional(size_value(*bytes)) : std::nullopt;
}

namespace {

// A number, else a text.
Value number_of(const std::string& text) {
  const Value number = parse_variable(text);
  return number.kind == Kind::integer || number.kind == Kind::real ? number : text_value(text);
}

Value flag_of(const std::string& text) {
  const auto is = [&](auto... words) { return ((text == words) || ...); };
  const bool yes = is("true", "1", "on", "yes");
  if (!yes && !is("false", "0", "off", "no")) return text_value(text);
  return {.kind = Kind::boolean, .boolean = yes};
}

// NAME=VALUE; what is none stays a text, which no table takes.
Value table_of(const std::vector<std::string>& typed) {
  Value table{.kind = Kind::table};
  for (const std::string& text : typed) {
    const std::size_t equals = text.find('=');
    if (equals == 0 || equals == text.npos) return text_value(text);
    table.entries.push_back({text.substr(0, equals), {}, text_value(text.substr(equals + 1))});
  }
  return table;
}

}  // namespace

Value value_of(Type type, const std::vector<std::string>& typed, bool flag) {
  const std::string text = typed.empty() ? "" : typed.back();
  const auto as_in_file = [&](char bracket) {
    return !flag && text.starts_with(bracket) ? std::optional(parse_variable(text)) : std::nullopt;
  };
  switch (type) {
    case Type::flag:
      return flag_of(typed.empty() ? "true" : text);
    case Type::whole:
    case Type::real:
    case Type::mixed:
      return number_of(text);
    case Type::texts:
    case Type::paths:
      return as_in_file('[').value_or(texts_value(typed));
    case Type::table:
      return as_in_file('{').value_or(table_of(typed));
    default:
      return text_value(text);
  }
}

// --- The usual fields -----------------------------------------------------------------------------------

template <class Number>
Field whole(Number& field, i64 least, i64 most) {
  const auto take = [=](const Value& value, Number& into, const From&) {
    i64 number = 0;
    if (std::is_same_v<Number, std::optional<i64>> && value.text == "auto") return into = {}, Complaint();
    Complaint why = take_whole(value, least, most, number);
    if (why.empty()) into = number;
    return why;
  };
  Field made = own(Type::whole, field, take, show_whole);
  made.range = fmt::format("{} to {}", least, most);
  return made;
}

template <class Size>
Field size(Size& field) {
  const auto take = [](const Value& value, Size& into, const From&) {
    Bytes bytes = 0;
    Complaint why = take_size(value, bytes);
    if (why.empty()) into = bytes;
    return why;
  };
  return own(Type::size, field, take, show_size);
}

template Field whole(i64& field, i64 least, i64 most);
template Field whole(std::optional<i64>& field, i64 least, i64 most);
template Field size(Bytes& field);
template Field size(std::optional<Bytes>& field);

Field text(std::string& field) {
  return own(Type::text, field, take_text, show_text);
}
Field path(std::string& field) {
  return own(Type::path, field, take_path, show_text);
}
Field texts(std::vector<std::string>& field) {
  return own(Type::texts, field, take_texts, show_texts);
}
Field paths(std::vector<std::string>& field) {
  return own(Type::paths, field, take_paths, show_texts);
}

Field flag(bool& field) {
  const auto take = [](const Value& value, bool& into, const From&) {
    if (value.kind != Kind::boolean) return not_a("true or false", value);
    into = value.boolean;
    return Complaint();
  };
  return own(Type::flag, field, take, [](bool is) { return Value{.kind = Kind::boolean, .boolean = is}; });
}

Field real(double& field, double least, double most, std::string range) {
  const bool inside = range.starts_with("between");
  const auto take = [=](const Value& value, double& into, const From&) {
    if (value.kind != Kind::real && value.kind != Kind::integer) return not_a("a number", value);
    const double number = value.real;
    if (!std::isfinite(number)) return std::string("it is not a finite number");
    const bool fits = inside ? number > least && number < most : number >= least && number <= most;
    if (!fits) return fmt::format("it must be {}, and is {}", range, number);
    into = number;
    return Complaint();
  };
  Field made = own(Type::real, field, take, [](double is) { return Value{.kind = Kind::real, .real = is}; });
  made.range = range;
  return made;
}

}  // namespace ctxcap::settings
