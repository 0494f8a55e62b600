#pragma once
// Inside settings/: what a row takes. A row of THE TABLE (table.cpp) is bound to a field: it knows how to
// read a value into it and how to show what is there.

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/units.hpp"
#include "base/value.hpp"
#include "settings/settings.hpp"

namespace ctxcap::settings {

// Why a value cannot be taken; empty: it was.
using Complaint = std::string;
using Pairs = std::vector<std::pair<std::string, std::string>>;

// Where a value stands.
struct From {
  bool file = true;       // else a flag or a variable
  std::string directory;  // of the file: relative paths start there; "": as they are
};

// The field of a row.
struct Field {
  Type type = Type::text;
  std::function<Complaint(const Value&, const From&)> take;
  std::function<std::optional<Value>()> show;  // nullopt: not set
  std::string range = {};
  std::vector<std::string> words = {};
};

// A row bound to its field.
struct Bound : Row {
  Bound(std::string row_key, std::string row_flag, std::string row_value, std::string row_example,
        unsigned row_uses, std::string row_help, Field row_field, std::string other_variable = "");

  std::string table() const { return key.substr(0, key.find('.')); }
  std::string name() const { return key.substr(key.find('.') + 1); }

  Field field;
  Origin origin = Origin::built_in;  // of what is there
  std::string place;
};
using Rows = std::vector<Bound>;

// Values read as texts, numbers ...; the complaint, or the value in `into`.
Complaint not_a(std::string_view wanted, const Value& value);
Complaint not_pairs(const Value& value, const From& from);
Complaint take_text(const Value& value, std::string& into, const From& from = {});
Complaint take_path(const Value& value, std::string& into, const From& from);
Complaint take_texts(const Value& value, std::vector<std::string>& into, const From& from = {});  // or one
Complaint take_paths(const Value& value, std::vector<std::string>& into, const From& from);
Complaint take_size(const Value& value, Bytes& into);
Complaint take_whole(const Value& value, i64 least, i64 most, i64& into);
Complaint take_url(const Value& value, std::string& into);  // http(s), nothing secret in it

Value text_value(std::string text);
Value size_value(Bytes bytes);
Value whole_value(i64 number);
Value texts_value(const std::vector<std::string>& texts);
std::optional<Value> unless_empty(Value value);
std::optional<Value> show_text(const std::string& text);
std::optional<Value> show_texts(const std::vector<std::string>& texts);
std::optional<Value> show_pairs(const Pairs& pairs);
std::optional<Value> show_whole(const std::optional<i64>& number);
std::optional<Value> show_size(const std::optional<Bytes>& bytes);

// What a flag or variable says, as the file would have it: texts by themselves, lists and tables (NAME=VALUE)
// from one or several.
Value value_of(Type type, const std::vector<std::string>& typed, bool flag);

// The usual fields; each must outlive its row.
Field text(std::string& field);
Field path(std::string& field);
Field texts(std::vector<std::string>& field);
Field paths(std::vector<std::string>& field);
Field flag(bool& field);
Field real(double& field, double least, double most, std::string range);  // `range` "between": exclusive
template <class Number>                                                   // i64, or one that may be unset
Field whole(Number& field, i64 least, i64 most);
template <class Size>
Field size(Size& field);

// A field that only one row has.
template <class T, class Take, class Show>
Field own(Type type, T& field, Take take, Show show) {
  return {
      type,
      [&field, take](const Value& value, const From& from) -> Complaint { return take(value, field, from); },
      [&field, show]() -> std::optional<Value> { return show(field); }};
}

// One of a few words.
template <class T>
Field word(T& field, std::vector<std::pair<std::string, T>> words) {
  Field made{Type::word,
             [&field, words](const Value& value, const From&) {
               const std::string text = value.kind == Value::Kind::text ? value.text : toml_of(value);
               std::string all;
               for (const auto& [known, meaning] : words) {
                 all += (all.empty() ? "" : ", ") + known;
                 if (known == text) return field = meaning, Complaint();
               }
               return "it must be one of " + all;
             },
             [&field, words]() -> std::optional<Value> {
               for (const auto& [known, meaning] : words) {
                 if (meaning == field) return text_value(known);
               }
               return std::nullopt;
             }};
  for (const auto& [known, meaning] : words) made.words.push_back(known);
  return made;
}

}  // namespace ctxcap::settings
