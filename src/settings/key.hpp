#pragma once
// Inside settings/: what a key takes. A table of the file is a list of Key<T>, one row per key (tables.cpp);
// a row knows how to read the key into a T and how to show what is there.

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/units.hpp"
#include "settings/value.hpp"

namespace ctxcap::settings {

// Why a value cannot be taken; empty: it was.
using Complaint = std::string;

template <class T>
struct Key {
  std::string name;
  std::string example;  // for hints
  std::function<Complaint(const Value&, T&)> read;
  std::function<std::optional<Value>(const T&)> show;  // nullopt: not set
  std::string variable = {};                           // Ollama's own, beside CTXCAP_TABLE_KEY
};

Complaint not_a(std::string_view wanted, const Value& value);

// Values read as texts, numbers ...; the complaint, or the value in `into`.
Complaint take_text(const Value& value, std::string& into);
Complaint take_path(const Value& value, const std::string& directory, std::string& into);
Complaint take_texts(const Value& value, std::vector<std::string>& into);  // a list, or one text
Complaint take_size(const Value& value, Bytes& into);
Complaint take_real(const Value& value, double& into);
Complaint take_whole(const Value& value, i64 least, i64 most, i64& into);
Complaint take_url(const Value& value, std::string& into);  // http(s), nothing secret in it

Value text_value(std::string text);
Value size_value(Bytes bytes);
std::optional<Value> size_value(std::optional<Bytes> bytes);
Value whole_value(i64 number);
Value real_value(double number);
Value texts_value(const std::vector<std::string>& texts);
Value pairs_value(const std::vector<std::pair<std::string, std::string>>& pairs);
std::optional<Value> unless_empty(Value value);

// `path` as seen from `directory`.
std::string resolved(const std::string& directory, const std::string& path);

// A field of T, as a lambda that takes T& or const T& and returns the field: FIELD(Policy, risk).
#define CTXCAP_FIELD(path)   \
  [](auto& table) -> auto& { \
    return table.path;       \
  }

// Rows for the usual kinds; `field` is a CTXCAP_FIELD of T.
template <class T, class Field>
Key<T> text_key(std::string name, std::string example, Field field) {
  return {std::move(name), std::move(example),
          [field](const Value& value, T& into) { return take_text(value, field(into)); },
          [field](const T& from) { return unless_empty(text_value(field(from))); }};
}

template <class T, class Field>
Key<T> url_key(std::string name, std::string example, Field field) {
  Key<T> key = text_key<T>(std::move(name), std::move(example), field);
  key.read = [field](const Value& value, T& into) { return take_url(value, field(into)); };
  return key;
}

template <class T, class Field>
Key<T> path_key(std::string name, std::string example, const std::string& directory, Field field) {
  Key<T> key = text_key<T>(std::move(name), std::move(example), field);
  key.read = [field, directory](const Value& value, T& into) {
    return take_path(value, directory, field(into));
  };
  return key;
}

template <class T, class Field>
Key<T> texts_key(std::string name, std::string example, Field field) {
  return {std::move(name), std::move(example),
          [field](const Value& value, T& into) { return take_texts(value, field(into)); },
          [field](const T& from) { return unless_empty(texts_value(field(from))); }};
}

template <class T, class Field>
Key<T> paths_key(std::string name, std::string example, const std::string& directory, Field field) {
  Key<T> key = texts_key<T>(std::move(name), std::move(example), field);
  key.read = [field, directory](const Value& value, T& into) {
    std::vector<std::string> paths;
    if (Complaint why = take_texts(value, paths); !why.empty()) return why;
    for (std::string& path : paths) {
      if (Complaint why = take_path(text_value(path), directory, path); !why.empty()) return why;
    }
    field(into) = std::move(paths);
    return Complaint();
  };
  return key;
}

template <class T, class Field>
Key<T> flag_key(std::string name, std::string example, Field field) {
  return {std::move(name), std::move(example),
          [field](const Value& value, T& into) {
            if (value.kind != Value::Kind::boolean) return not_a("true or false", value);
            field(into) = value.boolean;
            return Complaint();
          },
          [field](const T& from) {
            return std::optional(Value{.kind = Value::Kind::boolean, .boolean = field(from)});
          }};
}

// A number for which `fits` holds; `range` says which those are.
template <class T, class Field>
Key<T> real_key(std::string name, std::string example, Field field, bool (*fits)(double), std::string range) {
  return {std::move(name), std::move(example),
          [field, fits, range](const Value& value, T& into) {
            double number = 0;
            if (Complaint why = take_real(value, number); !why.empty()) return why;
            if (!fits(number)) return fmt::format("it must be {}, and is {}", range, number);
            field(into) = number;
            return Complaint();
          },
          [field](const T& from) { return std::optional(real_value(field(from))); }};
}

template <class T, class Field>
Key<T> whole_key(std::string name, std::string example, Field field, i64 least, i64 most) {
  return {std::move(name), std::move(example),
          [field, least, most](const Value& value, T& into) {
            i64 number = 0;
            if (Complaint why = take_whole(value, least, most, number); !why.empty()) return why;
            field(into) = number;
            return Complaint();
          },
          [field](const T& from) { return std::optional(whole_value(field(from))); }};
}

template <class T, class Field>
Key<T> size_key(std::string name, std::string example, Field field) {
  return {std::move(name), std::move(example),
          [field](const Value& value, T& into) {
            Bytes bytes = 0;
            if (Complaint why = take_size(value, bytes); !why.empty()) return why;
            field(into) = bytes;
            return Complaint();
          },
          [field](const T& from) -> std::optional<Value> { return size_value(std::optional(field(from))); }};
}

// One of a few words.
template <class T, class Enum, class Field>
Key<T> word_key(std::string name, std::string example, Field field,
                std::vector<std::pair<std::string, Enum>> words) {
  return {std::move(name), std::move(example),
          [field, words](const Value& value, T& into) {
            std::string text;
            if (Complaint why = take_text(value, text); !why.empty()) return why;
            std::string all;
            for (const auto& [known, meaning] : words) {
              if (known == text) {
                field(into) = meaning;
                return Complaint();
              }
              all += (all.empty() ? "" : ", ") + known;
            }
            return "it must be one of " + all;
          },
          [field, words](const T& from) -> std::optional<Value> {
            const auto row = std::find_if(words.begin(), words.end(),
                                          [&](const auto& known) { return known.second == field(from); });
            return row == words.end() ? std::nullopt : std::optional(text_value(row->first));
          }};
}

}  // namespace ctxcap::settings
