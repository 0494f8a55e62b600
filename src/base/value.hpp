#pragma once
// A TOML document as plain values with their places; and the library, behind one function.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/quantity.hpp"

namespace ctxcap {

struct Place {
  int line = 0, column = 0;  // from 1; 0: not of the file
  auto operator<=>(const Place&) const = default;
};

struct Value {
  enum class Kind { text, integer, real, boolean, time, list, table, size };
  struct Entry;

  Kind kind = Kind::text;
  std::string text;  // also of a time, as RFC 3339 has it
  i64 integer = 0;   // also of a size, in bytes; no file holds one, they are texts there
  double real = 0;   // also of an integer
  bool boolean = false;
  std::vector<Value> items;
  std::vector<Entry> entries;  // of a table, in the order of the file
  Place place;

  const Entry* entry(std::string_view key) const;  // nullptr: it has none
};

struct Value::Entry {
  std::string key;
  Place place;  // of the key
  Value value;
};

struct SyntaxError {
  Place place;
  std::string why;
};

struct Document {
  Value root;                        // a table
  std::optional<SyntaxError> wrong;  // then `root` is empty
};

// Any bytes; never throws.
Document parse_document(std::string_view text);

// What the text of an environment variable means where a value of any kind may stand: a TOML value, else
// text.
Value parse_variable(const std::string& text);

// As a file would have it, and as JSON has it: sizes are texts there, and integers of bytes here.
std::string toml_of(const Value& value);
std::string json_of(const Value& value);

// "a text", "a list", ...
std::string_view word(Value::Kind kind);

// In the largest unit that says it exactly: "24GiB", "7700MB".
std::string size_text(Bytes bytes);

}  // namespace ctxcap
