#include "settings/key.hpp"

#include <cmath>

#include "base/text.hpp"

namespace ctxcap::settings {

using Kind = Value::Kind;

Complaint not_a(std::string_view wanted, const Value& value) {
  return fmt::format("it must be {}, and is {}", wanted, word(value.kind));
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
  if (path == "-" && from.file) return "there is no standard input at night";
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

Complaint take_size(const Value& value, Bytes& into, const From&) {
  if (value.kind == Kind::integer || value.kind == Kind::real)
    return "a size needs its unit: GiB or GB, MiB or MB";
  if (value.kind != Kind::text) return not_a("a size in quotes", value);
  if (value.text.find_first_not_of("0123456789. ") == value.text.npos) {
    return "a size needs its unit: GiB or GB, MiB or MB";
  }
  const Result<Bytes> bytes = parse_bytes(value.text);
  if (!bytes) return bytes.error().why;
  into = *bytes;
  return {};
}

Complaint take_real(const Value& value, double& into, const From&) {
  if (value.kind != Kind::real && value.kind != Kind::integer) return not_a("a number", value);
  if (!std::isfinite(value.real)) return "it is not a finite number";
  into = value.real;
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

Complaint take_flag(const Value& value, bool& into, const From&) {
  if (value.kind != Kind::boolean) return not_a("true or false", value);
  into = value.boolean;
  return {};
}

Complaint take_url(const Value& value, std::string& into, const From&) {
  std::string url;
  if (Complaint why = take_text(value, url); !why.empty()) return why;
  const bool http = url.starts_with("http://"), https = url.starts_with("https://");
  if (!http && !https) return "it does not begin with http:// or https://";
  const std::string_view rest = std::string_view(url).substr(http ? 7 : 8);
  const std::string_view host = rest.substr(0, rest.find_first_of("/?#"));
  if (host.empty()) return "it names no host";
  if (host.find('@') != host.npos) return "it holds a user name or a password, which have no place in it";
  // The one thing that an address says behind "?", for ClickHouse; anything else could be a key.
  const std::size_t query = rest.find_first_of("?#");
  if (query != rest.npos && (!rest.substr(query).starts_with("?database=") || rest.find('&') != rest.npos)) {
    return "it holds a query, and a query may hold a key";
  }
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

Value real_value(double number) {
  return {.kind = Kind::real, .real = number};
}

Value texts_value(const std::vector<std::string>& texts) {
  Value value{.kind = Kind::list};
  for (const std::string& text : texts) value.items.push_back(text_value(text));
  return value;
}

Value pairs_value(const std::vector<std::pair<std::string, std::string>>& pairs) {
  Value value{.kind = Kind::table};
  for (const auto& [name, text] : pairs) value.entries.push_back({name, {}, text_value(text)});
  return value;
}

namespace {

// A number (or, for Ollama's OLLAMA_FLASH_ATTENTION, true and false), else a text.
Value number_of(const std::string& text) {
  const Value number = parse_variable(text);
  const bool is_one =
      number.kind == Kind::integer || number.kind == Kind::real || number.kind == Kind::boolean;
  return is_one ? number : text_value(text);
}

Value flag_of(const std::string& text) {
  for (const char* yes : {"true", "1", "on", "yes"}) {
    if (text == yes) return {.kind = Kind::boolean, .boolean = true};
  }
  for (const char* no : {"false", "0", "off", "no"}) {
    if (text == no) return {.kind = Kind::boolean, .boolean = false};
  }
  return text_value(text);
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

std::optional<Value> unless_empty(Value value) {
  const bool empty = value.text.empty() && value.items.empty() && value.entries.empty();
  if (empty) return std::nullopt;
  return value;
}

}  // namespace ctxcap::settings
