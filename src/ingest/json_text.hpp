#pragma once
// Values as they stand in their text; nothing is decoded until somebody asks.
//
// record.cpp cuts a record into its top-level values at scan speed. What is left is small: a usage map, a
// parameter object, JSON text inside a string, a CSV cell. Those are read here, from any memory, without
// padding or allocation, and without ever looking past the view.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <string>
#include <string_view>
#include <utility>

#include "base/json_scan.hpp"

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

// The position after the JSON value that starts at `at`; kNoEnd when it does not end within `text`.
std::size_t skip_value(std::string_view text, std::size_t at);

// Without white space on either side.
inline std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// The content of a JSON string, escapes resolved; `inside` is the text between its quotes.
std::string unescaped(std::string_view inside);

// A pointer and a size with the kind in its upper bits: so small it travels in registers.
class Value {
 public:
  Value() = default;
  static Value json(std::string_view raw) { return Value(Kind::json, raw); }
  // A JSON string that means what stands between its quotes: nothing in it is escaped.
  static Value verbatim(std::string_view raw) { return Value(Kind::verbatim, raw); }
  static Value bare(std::string_view text) { return Value(Kind::bare, text); }  // a CSV cell, unquoted

  // There, and neither null nor an empty text.
  bool present() const {
    const bool is_nothing =
        is_json() && ((size() == 4 && std::memcmp(text_, "null", 4) == 0) || (size() == 2 && *text_ == '"'));
    return size() > 0 && !is_nothing;
  }
  bool is_object() const { return begins('{'); }
  bool is_array() const { return begins('['); }
  bool is_string() const { return begins('"'); }
  // Of JSON itself: a number, true, false, null.
  bool is_literal() const { return is_json() && size() > 0 && !is_string() && !is_object() && !is_array(); }
  std::string_view raw() const { return {text_, size()}; }

  // A string's or cell's text, a number's or literal's spelling; "" for null, objects, arrays and nothing.
  std::string_view text(Scratch& scratch) const {
    if (kind() == Kind::verbatim) return raw().substr(1, size() - 2);
    return size() == 0 ? std::string_view() : read_text(scratch);
  }

  // The object or array that this value is, or that its text spells (JSON inside a string or a cell).
  Value opened(Scratch& scratch) const { return size() == 0 ? Value() : open(scratch); }

  // visit(std::string_view key, Value) for each member, or visit(Value) for each element. The key is as
  // written between its quotes. False where the text is no object (array), or malformed after what was
  // visited.
  template <typename Visit>
  bool each_member(Visit&& visit) const;
  template <typename Visit>
  bool each_element(Visit&& visit) const;

  // The member of that name; absent when there is none. The first of several.
  Value member(std::string_view key) const { return is_object() ? find_member(key) : Value(); }

 private:
  // Most values that formats ask for are absent, which costs no call.
  std::string_view read_text(Scratch& scratch) const;
  Value open(Scratch& scratch) const;
  Value find_member(std::string_view key) const;

  enum class Kind : std::uint64_t { absent, bare, json, verbatim };
  static constexpr int kKindAt = 62;
  Value(Kind kind, std::string_view raw)
      : text_(raw.data()), size_and_kind_(raw.size() | static_cast<std::uint64_t>(kind) << kKindAt) {}

  Kind kind() const { return static_cast<Kind>(size_and_kind_ >> kKindAt); }
  std::size_t size() const { return size_and_kind_ & ((std::uint64_t{1} << kKindAt) - 1); }
  bool is_json() const { return kind() >= Kind::json; }
  bool begins(char c) const { return is_json() && size() > 0 && *text_ == c; }

  const char* text_ = nullptr;
  std::uint64_t size_and_kind_ = 0;
};

// Where somebody stands who reads a text from its beginning to its end, once. Value::each_member() knows where a
// member ends before it visits it, so whoever goes down ten levels has looked at the lowest ten times.
struct Forward {
  std::string_view text;
  std::size_t at = 0;  // kNoEnd: a value had no end

  bool failed() const { return at == kNoEnd; }
  bool is_at(char c) const { return at < text.size() && text[at] == c; }

  // Goes behind that text, if it stands here.
  template <std::size_t kSize>
  bool take_text(const char (&expected)[kSize]) {
    constexpr std::size_t kLength = kSize - 1;
    const bool is_there = kLength <= text.size() && at <= text.size() - kLength &&
                          std::memcmp(text.data() + at, expected, kLength) == 0;
    if (is_there) at += kLength;
    return is_there;
  }

  // The value that begins here, and behind it; absent where it has no end.
  Value value();

  // visit(std::string_view key) for each member of the object that begins here, or visit() for each element of the
  // array; the visitor goes behind the value. Afterwards behind the whole. False where that is no object (array), or
  // malformed after what was visited.
  template <typename Visit>
  bool members(Visit&& visit) {
    const std::size_t begin = at;
    return is_at('{') && walk_members(visit) ? true : skip_from(begin);
  }
  template <typename Visit>
  bool elements(Visit&& visit) {
    const std::size_t begin = at;
    return is_at('[') && walk_elements(visit) ? true : skip_from(begin);
  }

  // The same in steps, from the brace on: to the value of the next member, or behind the whole. The value is taken by
  // who asks, who does not ask again once something was malformed.
  enum class Next : std::uint8_t { member, end, malformed };
  Next next_member(bool is_first, std::string_view& key);

  // Takes the value that begins here. False: it has no end.
  bool take_value(Value& taken) {
    taken = value();
    return !failed();
  }

 private:
  bool skip_from(std::size_t begin) {
    at = skip_value(text, begin);
    return false;
  }
  void space() {
    if (at < text.size() && static_cast<unsigned char>(text[at]) <= ' ') at = skip_space(text, at);
  }
  bool take(char c) {
    const bool is_there = is_at(c);
    if (is_there) ++at;
    return is_there;
  }

  template <typename Visit>
  bool walk_members(Visit&& visit);
  template <typename Visit>
  bool walk_elements(Visit&& visit);
};

// The first place from `at` on that is no white space, of which there is nearly always none or one blank.
inline const char* behind_space(const char* at, const char* end) {
  while (at < end && is_space(*at)) ++at;
  return at;
}

inline Forward::Next Forward::next_member(bool is_first, std::string_view& key) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const char* from = behind_space(begin + at + (is_first ? 1 : 0), end);
  if (from >= end) return Next::malformed;
  if (*from == '}') {
    at = static_cast<std::size_t>(from - begin) + 1;
    return Next::end;
  }
  if (!is_first) {
    if (*from != ',') return Next::malformed;
    from = behind_space(from + 1, end);
  }
  const std::size_t key_end = skip_string(text, static_cast<std::size_t>(from - begin));
  if (key_end == kNoEnd) return Next::malformed;
  key = {from + 1, begin + key_end - 1};
  from = behind_space(begin + key_end, end);
  if (from >= end || *from != ':') return Next::malformed;
  at = static_cast<std::size_t>(behind_space(from + 1, end) - begin);
  return Next::member;
}

inline Value Forward::value() {
  const std::size_t begin = at;
  if (is_at('"')) {
    const StringEnd end = end_of_string(text, begin);
    at = end.behind;
    if (failed()) return {};
    const std::string_view raw(text.data() + begin, at - begin);
    return end.is_verbatim ? Value::verbatim(raw) : Value::json(raw);
  }
  at = skip_value(text, begin);
  return failed() ? Value() : Value::json({text.data() + begin, at - begin});
}

template <typename Visit>
bool Forward::walk_members(Visit&& visit) {
  std::string_view key;
  Next next = next_member(true, key);
  for (; next == Next::member; next = next_member(false, key)) {
    visit(key);
    if (failed()) return false;
  }
  return next == Next::end;
}

template <typename Visit>
bool Forward::walk_elements(Visit&& visit) {
  ++at;
  space();
  if (take(']')) return true;
  while (at < text.size()) {
    visit();
    if (failed()) return false;
    space();
    if (take(']')) return true;
    if (!take(',')) return false;
    space();
  }
  return false;
}

template <typename Visit>
bool Value::each_member(Visit&& visit) const {
  if (!is_object()) return false;
  Forward reader{raw()};
  return reader.members([&](std::string_view key) {
    if (Value value; reader.take_value(value)) visit(key, value);
  });
}

template <typename Visit>
bool Value::each_element(Visit&& visit) const {
  if (!is_array()) return false;
  Forward reader{raw()};
  return reader.elements([&] {
    const Value value = reader.value();
    if (!reader.failed()) visit(value);
  });
}

}  // namespace ctxcap::ingest
