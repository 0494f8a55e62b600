#pragma once
// Inside settings/: what a key takes. A table of the file is a list of Key<T>, one row per key (table.cpp); a
// row knows how to read the key into a T, how to show what is there, and what people are told of it.

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/units.hpp"
#include "settings/settings.hpp"
#include "settings/value.hpp"

namespace ctxcap::settings {

// Why a value cannot be taken; empty: it was.
using Complaint = std::string;

// Where a value stands.
struct From {
  bool file = true;       // else a flag or a variable
  std::string directory;  // of the file: relative paths start there; "": as they are
};

// What people are told of a key; see Row.
struct Doc {
  std::string name, flag, value, example;
  unsigned uses = 0;
  std::string help;
  std::string variable = {};  // another program's, beside CTXCAP_TABLE_KEY
  std::string range = {};
  std::vector<std::string> words = {};
  Type type = Type::text;
  std::string alone = {};
};

template <class T>
struct Key {
  Doc doc;
  std::function<Complaint(const Value&, T&, const From&)> read;
  std::function<std::optional<Value>(const T&)> show;  // nullopt: not set
};

Complaint not_a(std::string_view wanted, const Value& value);

// Values read as texts, numbers ...; the complaint, or the value in `into`.
Complaint take_text(const Value& value, std::string& into, const From& = {});
Complaint take_path(const Value& value, std::string& into, const From& from);
Complaint take_texts(const Value& value, std::vector<std::string>& into, const From& = {});  // or one text
Complaint take_paths(const Value& value, std::vector<std::string>& into, const From& from);
Complaint take_size(const Value& value, Bytes& into, const From& = {});
Complaint take_real(const Value& value, double& into, const From& = {});
Complaint take_whole(const Value& value, i64 least, i64 most, i64& into);
Complaint take_flag(const Value& value, bool& into, const From& = {});
Complaint take_url(const Value& value, std::string& into, const From& = {});  // http(s), nothing secret in it

Value text_value(std::string text);
Value size_value(Bytes bytes);
Value whole_value(i64 number);
Value real_value(double number);
Value texts_value(const std::vector<std::string>& texts);
Value pairs_value(const std::vector<std::pair<std::string, std::string>>& pairs);
std::optional<Value> unless_empty(Value value);

// What a flag or variable says, as the file would have it: texts by themselves, lists and tables (NAME=VALUE)
// from one or several.
Value value_of(Type type, const std::vector<std::string>& typed, bool flag);

// A field of T, as a lambda that takes T& or const T& and returns the field: CTXCAP_FIELD(risk).
#define CTXCAP_FIELD(path)   \
  [](auto& table) -> auto& { \
    return table.path;       \
  }

template <class T, class Field, class Take, class Show>
Key<T> key_of(Doc doc, Type type, Field field, Take take, Show show) {
  doc.type = type;
  return {std::move(doc),
          [=](const Value& value, T& into, const From& from) -> Complaint {
            return take(value, field(into), from);
          },
          [=](const T& of) -> std::optional<Value> { return show(field(of)); }};
}

template <class T, class Field>
Key<T> text_key(Doc doc, Field field) {
  return key_of<T>(std::move(doc), Type::text, field, take_text,
                   [](const std::string& text) { return unless_empty(text_value(text)); });
}

template <class T, class Field>
Key<T> path_key(Doc doc, Field field) {
  return key_of<T>(std::move(doc), Type::path, field, take_path,
                   [](const std::string& text) { return unless_empty(text_value(text)); });
}

template <class T, class Field>
Key<T> texts_key(Doc doc, Field field) {
  return key_of<T>(std::move(doc), Type::texts, field, take_texts,
                   [](const auto& texts) { return unless_empty(texts_value(texts)); });
}

template <class T, class Field>
Key<T> paths_key(Doc doc, Field field) {
  return key_of<T>(std::move(doc), Type::paths, field, take_paths,
                   [](const auto& paths) { return unless_empty(texts_value(paths)); });
}

template <class T, class Field>
Key<T> flag_key(Doc doc, Field field) {
  return key_of<T>(std::move(doc), Type::flag, field, take_flag, [](bool flag) -> std::optional<Value> {
    return Value{.kind = Value::Kind::boolean, .boolean = flag};
  });
}

// A number for which `fits` holds; `range` says which those are.
template <class T, class Field>
Key<T> real_key(Doc doc, Field field, bool (*fits)(double), std::string range) {
  doc.range = range;
  return key_of<T>(
      std::move(doc), Type::real, field,
      [fits, range](const Value& value, double& into, const From&) {
        double number = 0;
        if (Complaint why = take_real(value, number); !why.empty()) return why;
        if (!fits(number)) return fmt::format("it must be {}, and is {}", range, number);
        into = number;
        return Complaint();
      },
      [](double number) -> std::optional<Value> { return real_value(number); });
}

// `Number`: i64, or an optional one that need not be set.
template <class T, class Field>
Key<T> whole_key(Doc doc, Field field, i64 least, i64 most) {
  doc.range = fmt::format("{} to {}", least, most);
  return key_of<T>(
      std::move(doc), Type::whole, field,
      [=](const Value& value, auto& into, const From&) {
        i64 number = 0;
        if (Complaint why = take_whole(value, least, most, number); !why.empty()) return why;
        into = number;
        return Complaint();
      },
      [](const std::optional<i64>& number) {
        return number ? std::optional(whole_value(*number)) : std::nullopt;
      });
}

template <class T, class Field>
Key<T> size_key(Doc doc, Field field) {
  return key_of<T>(
      std::move(doc), Type::size, field,
      [](const Value& value, auto& into, const From&) {
        Bytes bytes = 0;
        if (Complaint why = take_size(value, bytes); !why.empty()) return why;
        into = bytes;
        return Complaint();
      },
      [](const std::optional<Bytes>& bytes) {
        return bytes ? std::optional(size_value(*bytes)) : std::nullopt;
      });
}

// One of a few words.
template <class T, class Meaning, class Field>
Key<T> word_key(Doc doc, Field field, std::vector<std::pair<std::string, Meaning>> words) {
  for (const auto& [word, meaning] : words) doc.words.push_back(word);
  return key_of<T>(
      std::move(doc), Type::word, field,
      [words](const Value& value, Meaning& into, const From&) {
        std::string text, all;
        if (Complaint why = take_text(value, text); !why.empty()) return why;
        for (const auto& [known, meaning] : words) {
          all += (all.empty() ? "" : ", ") + known;
          if (known != text) continue;
          into = meaning;
          return Complaint();
        }
        return "it must be one of " + all;
      },
      [words](const Meaning& meaning) -> std::optional<Value> {
        const auto row = std::find_if(words.begin(), words.end(),
                                      [&](const auto& known) { return known.second == meaning; });
        return row == words.end() ? std::nullopt : std::optional(text_value(row->first));
      });
}

}  // namespace ctxcap::settings
