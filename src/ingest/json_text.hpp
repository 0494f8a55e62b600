#pragma once
// Values as they stand in their text; nothing is decoded until somebody asks.
//
// simdjson (record.cpp) cuts a record into its top-level values at scan speed. What is left is small: a usage
// map, a parameter object, JSON text inside a string, a CSV cell. Those are read here, from any memory,
// without padding or allocation, and without ever looking past the view.

#include <deque>
#include <string>
#include <string_view>

namespace ctxcap::ingest {

// Owns the few strings of a record that had to be decoded. Views stay valid until clear().
class Scratch {
 public:
  std::string_view keep(std::string text) { return texts_.emplace_back(std::move(text)); }
  void clear() {
    if (!texts_.empty()) texts_.clear();
  }

 private:
  std::deque<std::string> texts_;
};

// The position after the JSON value (or string) that starts at `at`; npos when it does not end within `text`.
std::size_t skip_value(std::string_view text, std::size_t at);
std::size_t skip_string(std::string_view text, std::size_t at);
std::size_t skip_space(std::string_view text, std::size_t at);
inline constexpr std::size_t kNoEnd = std::string_view::npos;

// Without white space on either side.
std::string_view trimmed(std::string_view text);

// The content of a JSON string, escapes resolved; `inside` is the text between its quotes.
std::string unescaped(std::string_view inside);

class Value {
 public:
  Value() = default;
  static Value json(std::string_view raw) { return Value(Kind::json, raw); }
  static Value bare(std::string_view text) { return Value(Kind::bare, text); }  // a CSV cell, unquoted

  // There, and neither null nor an empty text.
  bool present() const;
  bool is_object() const { return kind_ == Kind::json && raw_.starts_with('{'); }
  bool is_array() const { return kind_ == Kind::json && raw_.starts_with('['); }
  bool is_string() const { return kind_ == Kind::json && raw_.starts_with('"'); }
  std::string_view raw() const { return raw_; }

  // A string's or cell's text, a number's or literal's spelling; "" for null, objects, arrays and nothing.
  std::string_view text(Scratch& scratch) const;

  // The object or array that this value is, or that its text spells (JSON inside a string or a cell).
  Value opened(Scratch& scratch) const;

  // visit(std::string_view key, Value) for each member, or visit(Value) for each element. The key is as
  // written between its quotes. False where the text is no object (array), or malformed after what was
  // visited.
  template <typename Visit>
  bool each_member(Visit&& visit) const;
  template <typename Visit>
  bool each_element(Visit&& visit) const;

  // The member of that name; absent when there is none. The first of several.
  Value member(std::string_view key) const;

 private:
  enum class Kind { absent, json, bare };
  Value(Kind kind, std::string_view raw) : kind_(kind), raw_(raw) {}

  Kind kind_ = Kind::absent;
  std::string_view raw_;
};

template <typename Visit>
bool Value::each_member(Visit&& visit) const {
  if (!is_object()) return false;
  std::size_t at = skip_space(raw_, 1);
  if (at < raw_.size() && raw_[at] == '}') return true;
  while (at < raw_.size() && raw_[at] == '"') {
    const std::size_t key_end = skip_string(raw_, at);
    if (key_end == kNoEnd) return false;
    const std::string_view key = raw_.substr(at + 1, key_end - at - 2);
    at = skip_space(raw_, key_end);
    if (at >= raw_.size() || raw_[at] != ':') return false;
    at = skip_space(raw_, at + 1);
    const std::size_t value_end = skip_value(raw_, at);
    if (value_end == kNoEnd) return false;
    visit(key, Value::json(raw_.substr(at, value_end - at)));
    at = skip_space(raw_, value_end);
    if (at >= raw_.size()) return false;
    if (raw_[at] == '}') return true;
    if (raw_[at] != ',') return false;
    at = skip_space(raw_, at + 1);
  }
  return false;
}

template <typename Visit>
bool Value::each_element(Visit&& visit) const {
  if (!is_array()) return false;
  std::size_t at = skip_space(raw_, 1);
  if (at < raw_.size() && raw_[at] == ']') return true;
  while (at < raw_.size()) {
    const std::size_t end = skip_value(raw_, at);
    if (end == kNoEnd) return false;
    visit(Value::json(raw_.substr(at, end - at)));
    at = skip_space(raw_, end);
    if (at >= raw_.size()) return false;
    if (raw_[at] == ']') return true;
    if (raw_[at] != ',') return false;
    at = skip_space(raw_, at + 1);
  }
  return false;
}

}  // namespace ctxcap::ingest
