// Keys of [[source]] and [[variant]] that take something of their own.

#include <array>

#include "base/text.hpp"
#include "base/time.hpp"
#include "data/model_name.hpp"
#include "data/parameter.hpp"
#include "settings/takes.hpp"

namespace ctxcap::settings {
namespace {

using Kind = Value::Kind;

constexpr std::array<std::string_view, 7> kJobRules = {"auto", "trace-name", "name", "prompt",
                                                       "tag",  "service",    "field"};
constexpr std::array<std::string_view, 6> kParts = {"prompt", "generation", "model", "job", "time", "id"};

constexpr Tokens kLargestWindow = Tokens{1} << 40;  // far beyond any model, and far from overflow

bool holds(std::span<const std::string_view> words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// "30d", "36h"
bool is_age(std::string_view text) {
  if (text.size() < 2 || text.size() > 6 || (text.back() != 'd' && text.back() != 'h')) return false;
  const auto number = parse_integer(text.substr(0, text.size() - 1));
  return number && *number > 0 && text.front() != '+';
}

Complaint take_model(const Value& value, std::string& into) {
  std::string name;
  if (Complaint why = take_text(value, name); !why.empty()) return why;
  if (const Status known = check_model_name(name); !known) return known.error().why;
  into = std::move(name);
  return {};
}

// As a Modelfile has it: "0.2", "true".
std::optional<std::string> parameter_text(const Value& value) {
  switch (value.kind) {
    case Kind::text:
      return value.text;
    case Kind::integer:
      return fmt::format("{}", value.integer);
    case Kind::real:
      return fmt::format("{}", value.real);
    case Kind::boolean:
      return value.boolean ? "true" : "false";
    default:
      return std::nullopt;
  }
}

}  // namespace

// The name of variables, so their grammar.
Complaint take_keys(const Value& value, SourceSettings& into) {
  std::string keys;
  if (Complaint why = take_text(value, keys); !why.empty()) return why;
  const bool fits = keys.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == keys.npos &&
                    !(keys.front() >= '0' && keys.front() <= '9') && keys.size() <= 64;
  if (!fits) return "it is the first part of names of variables (A-Z, 0-9, _), never a key itself";
  into.keys = std::move(keys);
  return {};
}

std::optional<Value> show_keys(const SourceSettings& from) {
  return unless_empty(text_value(from.keys));
}

Complaint take_from(const Value& value, SourceSettings& into) {
  if (value.kind != Kind::text && value.kind != Kind::time) return not_a("an age or a time", value);
  const bool date = value.text.size() == 10 && parse_time(value.text + "T00:00:00Z").has_value();
  if (!is_age(value.text) && !date && !parse_time(value.text)) {
    return "it is neither an age such as 30d or 36h nor a time";
  }
  into.from = date ? value.text + "T00:00:00Z" : value.text;
  return {};
}

std::optional<Value> show_from(const SourceSettings& from) {
  return unless_empty(text_value(from.from));
}

Complaint take_job_rule(const Value& value, SourceSettings& into) {
  std::string rule;
  if (Complaint why = take_text(value, rule); !why.empty()) return why;
  const bool path = rule.starts_with("field:") && rule.size() > 6;
  if (!path && !holds(kJobRules, rule)) {
    return fmt::format("it must be one of {}, field:PATH", fmt::join(kJobRules, ", "));
  }
  into.job_rule = std::move(rule);
  return {};
}

std::optional<Value> show_job_rule(const SourceSettings& from) {
  return unless_empty(text_value(from.job_rule));
}

Complaint take_map(const Value& value, SourceSettings& into) {
  if (value.kind != Kind::table) return not_a("a table of parts and their names", value);
  std::vector<std::pair<std::string, std::string>> map;
  for (const auto& [part, place, path] : value.entries) {
    if (!holds(kParts, part)) {
      return fmt::format("{} is no part of a call; they are {}", printable(part, 40),
                         fmt::join(kParts, ", "));
    }
    map.emplace_back(part, "");
    if (Complaint why = take_text(path, map.back().second); !why.empty()) return part + ": " + why;
  }
  into.map = std::move(map);
  return {};
}

std::optional<Value> show_map(const SourceSettings& from) {
  return unless_empty(pairs_value(from.map));
}

Complaint take_variant_name(const Value& value, Variant& into) {
  return take_model(value, into.name);
}

std::optional<Value> show_variant_name(const Variant& from) {
  return unless_empty(text_value(from.name));
}

Complaint take_base(const Value& value, Variant& into) {
  return take_model(value, into.base);
}

std::optional<Value> show_base(const Variant& from) {
  return unless_empty(text_value(from.base));
}

Complaint take_parameters(const Value& value, Variant& into) {
  if (value.kind != Kind::table) return not_a("a table of names and values", value);
  std::vector<std::pair<std::string, std::string>> parameters;
  for (const auto& [name, place, given] : value.entries) {
    if (name == "num_ctx") return "num_ctx is what is decided here; num_ctx = N in the variant fixes it";
    const bool list = given.kind == Kind::list;
    if (list && parameter_kind(name) != ParameterKind::text_list) {
      return printable(name, 40) + " takes one value, and is a list";
    }
    for (const Value& item : list ? given.items : std::vector<Value>{given}) {
      const auto text = parameter_text(item);
      if (!text) return fmt::format("{} cannot be {}", printable(name, 40), word(item.kind));
      if (const Status fits = check_parameter(name, *text); !fits) {
        return fits.error().what + ": " + fits.error().hint;
      }
      parameters.emplace_back(name, *text);
    }
  }
  into.parameters = std::move(parameters);
  return {};
}

std::optional<Value> show_parameters(const Variant& from) {
  Value value{.kind = Kind::table};
  for (const auto& [name, text] : from.parameters) {
    if (parameter_kind(name) != ParameterKind::text_list) {
      value.entries.push_back({name, {}, parse_variable(text)});
      continue;
    }
    if (value.entries.empty() || value.entries.back().key != name) {
      value.entries.push_back({name, {}, {.kind = Kind::list}});
    }
    value.entries.back().value.items.push_back(text_value(text));
  }
  return unless_empty(std::move(value));
}

Complaint take_num_ctx(const Value& value, Variant& into) {
  i64 tokens = 0;
  if (Complaint why = take_whole(value, 1, kLargestWindow, tokens); !why.empty()) return why;
  into.num_ctx = tokens;
  return {};
}

std::optional<Value> show_num_ctx(const Variant& from) {
  return from.num_ctx ? std::optional(whole_value(*from.num_ctx)) : std::nullopt;
}

}  // namespace ctxcap::settings
