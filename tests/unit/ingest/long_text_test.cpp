// Where long strings and values end, by blocks, is where one finds it who goes from byte to byte.

#include "ingest/long_text.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <string_view>

using namespace ctxcap::ingest;

namespace {

constexpr std::size_t kBehind = 64;

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20;
}

struct Truth {
  std::size_t size = 0;  // 0: it has no end
  bool has_escape = false, has_high = false;
};

Truth string_in(std::string_view text) {
  Truth truth;
  for (std::size_t at = 0; at < text.size(); ++at) {
    truth.has_high |= static_cast<unsigned char>(text[at]) > 0x7F;
    if (is_control(text[at])) return truth;
    if (text[at] == '"') {
      truth.size = at + 1;
      return truth;
    }
    if (text[at] != '\\') continue;
    truth.has_escape = true;
    ++at;
    if (at < text.size() && is_control(text[at])) return truth;
    if (at < text.size()) truth.has_high |= static_cast<unsigned char>(text[at]) > 0x7F;
  }
  return truth;
}

// Behind an open bracket. Nothing plain has a backslash outside of strings.
Truth nested_in(std::string_view text) {
  Truth truth;
  int level = 1;
  bool in_string = false, is_escaped = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    truth.has_high |= static_cast<unsigned char>(c) > 0x7F;
    if (is_control(c)) return truth;
    if (c == '"' && !is_escaped) in_string = !in_string;
    if (c == '\\' && !in_string) return truth;
    is_escaped = c == '\\' && !is_escaped;
    if (in_string) continue;
    if (c == '{' || c == '[') ++level;
    if ((c == '}' || c == ']') && --level == 0) {
      truth.size = at + 1;
      return truth;
    }
  }
  return truth;
}

// Mostly letters, so that many strings go over several blocks.
std::string made_text(std::mt19937& random) {
  constexpr std::string_view kSigns = "\"\"\"\\\\{}[]:, \n\x1f\x7f\x80\xc3";
  const std::size_t size = 1 + random() % 400, rarity = 2 + random() % 60;
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += random() % rarity == 0 ? kSigns[random() % kSigns.size()] : 'a';
  return text;
}

void check(const Truth& truth, const Reach& reach, const char* begin) {
  CHECK((reach.behind == nullptr ? 0 : static_cast<std::size_t>(reach.behind - begin)) == truth.size);
  if (truth.size == 0) return;
  CHECK((!truth.has_high || reach.has_high));
}

}  // namespace

TEST_CASE("long strings and values end where they end, whatever the machine can do") {
  std::mt19937 random(22);
  int strings = 0, values = 0;
  for (int i = 0; i < 40'000; ++i) {
    const std::string text = made_text(random);
    // What stands behind the end could close anything.
    const std::string padded = text + std::string(kBehind, i % 3 == 0 ? '"' : '}');
    const Truth string = string_in(text), nested = nested_in(text);
    CAPTURE(text);
    for (const LongText* by : {&long_text_anywhere(), &long_text()}) {
      const Reach reach = by->string(padded.data(), padded.data() + text.size());
      check(string, reach, padded.data());
      if (string.size > 0) CHECK(reach.has_escape == string.has_escape);
      check(nested, by->nested(padded.data(), padded.data() + text.size()), padded.data());
    }
    strings += string.size > 64 ? 1 : 0;
    values += nested.size > 64 ? 1 : 0;
  }
  CHECK(strings > 2'000);
  CHECK(values > 1'000);
}
