// Values of [[source]], [[variant]] and [report] that only one key has.

#include <array>

#include "base/text.hpp"
#include "base/time.hpp"
#include "data/model_name.hpp"
#include "data/parameter.hpp"
#include "settings/takes.hpp"

namespace ctxcap::settings {
namespace {

using Kind = Value::Kind;

constexpr std::array<std::string_view, 8> kJobRules = {"auto", "trace-name", "name",   "prompt",
                                                       "tag",  "service",    "client", "field"};
constexpr std::array<std::string_view, 6> kParts = {"prompt", "generation", "model", "job", "time", "id"};

constexpr Tokens kLargestWindow = Tokens{1} << 40;  // far beyond any model, and far from overflow

bool holds(std::span<const std::string_view> words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// "prompt=A,generation=B" is typed as one.
Value without_commas(const Value& typed) {
  Value table{.kind = typed.kind, .text = typed.text};
  for (const auto& [name, place, value] : typed.entries) {
    std::string part = name;
    for (const std::string_view text : split(value.text, ',')) {
      const std::size_t equals = text.find('=');
      const bool next = text.data() != value.text.data() && equals != text.npos;
      if (next) part = text.substr(0, equals);
      table.entries.push_back({part, {}, text_value(std::string(next ? text.substr(equals + 1) : text))});
    }
  }
  return table;
}

}  // namespace

// The name of variables, so their grammar.
Complaint take_keys(const Value& value, std::string& into, const From&) {
  std::string keys;
  if (Complaint why = take_text(value, keys); !why.empty()) return why;
  const bool fits = keys.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == keys.npos &&
                    !(keys.front() >= '0' && keys.front() <= '9') && keys.size() <= 64;
  if (!fits) return "it is the first part of names of variables (A-Z, 0-9, _), never a key itself";
  into = std::move(keys);
  return {};
}

Complaint take_moment(const Value& value, std::string& into, const From&) {
  if (value.kind != Kind::text && value.kind != Kind::time) return not_a("an age or a time", value);
  if (!parse_when(value.text, Instant{})) return "it is neither an age such as 30d or 36h nor a time";
  into = value.text;
  return {};
}

Complaint take_job_rule(const Value& value, std::string& into, const From&) {
  std::string rule;
  if (Complaint why = take_text(value, rule); !why.empty()) return why;
  const bool path = rule.starts_with("field:") && rule.size() > 6;
  if (!path && !holds(kJobRules, rule)) {
    return fmt::format("it must be one of {}, field:PATH", fmt::join(kJobRules, ", "));
  }
  into = std::move(rule);
  return {};
}

// As a flag or variable also what a job is, as its users have always said it.
Complaint take_jobs(const Value& value, SourceSettings& into, const From& from) {
  std::vector<std::string> words, jobs;
  if (Complaint why = take_texts(value, words); !why.empty()) return why;
  std::string rule;
  for (const std::string& word : words) {
    std::string read;
    if (from.file || !take_job_rule(text_value(word), read, from).empty()) {
      jobs.push_back(word);
    } else if (rule.empty()) {
      rule = read;
    } else {
      return fmt::format("there is one rule for what a job is, and {} and {} are two", rule, word);
    }
  }
  into.jobs = std::move(jobs);
  if (!rule.empty()) into.job_rule = std::move(rule);
  return {};
}

Complaint take_map(const Value& given, Pairs& into, const From& from) {
  const Value value = from.file ? given : without_commas(given);
  if (value.kind != Kind::table) return not_pairs(value, from);
  std::vector<std::pair<std::string, std::string>> map;
  for (const auto& [part, place, path] : value.entries) {
    if (!holds(kParts, part)) {
      return fmt::format("{} is not a part of a call; they are {}", printable(part, 40),
                         fmt::join(kParts, ", "));
    }
    map.emplace_back(part, "");
    if (Complaint why = take_text(path, map.back().second); !why.empty()) return part + ": " + why;
  }
  into = std::move(map);
  return {};
}

Complaint take_parameters(const Value& value, Pairs& into, const From& from) {
  return value.kind == Kind::table ? read_parameters(value, into) : not_pairs(value, from);
}

std::optional<Value> show_parameters(const Pairs& of) {
  return unless_empty(parameters_value(of));
}

Complaint take_model(const Value& value, std::string& into, const From&) {
  std::string name;
  if (Complaint why = take_text(value, name); !why.empty()) return why;
  if (const Status known = check_model_name(name); !known) return known.error().why;
  into = std::move(name);
  return {};
}

// A [[server]] is spoken of in flags and lines.
Complaint take_name(const Value& value, std::string& into, const From& from) {
  std::string name;
  if (Complaint why = take_text(value, name, from); !why.empty()) return why;
  if (name.size() > 64 || name.find_first_of(" \t,=/") != name.npos) return "a name is one word";
  into = std::move(name);
  return {};
}

Complaint take_prom(const Value& value, std::string& into, const From& from) {
  if (value.kind == Kind::text && !value.text.ends_with(".prom")) {
    return "it must end in .prom, or the collector does not read it";
  }
  return take_path(value, into, from);
}

// "8,192" and "8_192" are numbers to people.
Complaint take_tokens(const Value& value, std::optional<Tokens>& into, const From& from) {
  Value number = value;
  if (!from.file && value.kind == Kind::text) {
    const Result<Tokens> read = parse_tokens(value.text);
    if (!read) return "it is a whole number of tokens above 0";
    number = whole_value(*read);
  }
  i64 tokens = 0;
  if (Complaint why = take_whole(number, 1, kLargestWindow, tokens); !why.empty()) return why;
  into = tokens;
  return {};
}

Complaint take_limit(const Value& value, Variant& into, const From& from) {
  into.no_limit = value.kind == Kind::text && value.text == "none";
  into.num_predict.reset();
  return into.no_limit ? Complaint{} : take_tokens(value, into.num_predict, from);
}

std::optional<Value> show_limit(const Variant& of) {
  return of.no_limit ? std::optional(text_value("none")) : show_whole(of.num_predict);
}

std::optional<Tokens> Variant::limit() const {
  if (num_predict || no_limit) return num_predict;
  for (const auto& [parameter, value] : parameters) {
    const auto limit = parameter == "num_predict" ? parse_integer(value) : std::nullopt;
    if (limit && *limit > 0) return limit;  // below are words of Ollama's: -1 is none, -2 the window
  }
  return std::nullopt;
}

}  // namespace ctxcap::settings
