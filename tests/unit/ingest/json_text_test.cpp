#include "ingest/json_text.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

using namespace ctxcap::ingest;
using ctxcap::kNoEnd;

TEST_CASE("escapes become UTF-8") {
  struct Row {
    std::string inside;
    std::string want;
  };
  for (const Row& row : std::initializer_list<Row>{{"plain", "plain"},
                                                   {R"(a\n\t\"\\\/b)", "a\n\t\"\\/b"},
                                                   {R"(l\u00e4nge)", "länge"},
                                                   {R"(\u20ac)", "€"},
                                                   {R"(\ud83d\ude00)", "😀"},
                                                   {R"(\ud83d!)", "\xef\xbf\xbd!"},
                                                   {R"(\ude00)", "\xef\xbf\xbd"},
                                                   {R"(\u12)",
                                                    "\xef\xbf\xbd"
                                                    "12"},
                                                   {R"(end\)", "end\\"}}) {
    CAPTURE(row.inside);
    CHECK(unescaped(row.inside) == row.want);
  }
}

TEST_CASE("a value ends where its text does, and never beyond it") {
  struct Row {
    std::string text;
    std::size_t want;
  };
  for (const Row& row : std::initializer_list<Row>{{R"("a\"b" ,)", 6},
                                                   {R"("a\\" ,)", 5},
                                                   {R"("a\\\" )", kNoEnd},
                                                   {"12,", 2},
                                                   {"true}", 4},
                                                   {"{\"a\":[1,{\"b\":\"}]\"}]}, 1", 20},
                                                   {"[[]]x", 4},
                                                   {"{", kNoEnd},
                                                   {"[1,2", kNoEnd},
                                                   {"\"open", kNoEnd},
                                                   {"", kNoEnd},
                                                   {",", kNoEnd},
                                                   {"}", kNoEnd}}) {
    CAPTURE(row.text);
    CHECK(skip_value(row.text, 0) == row.want);
  }
}

namespace {

// What is visited, level by level, when the end of each member is known before it is visited.
void visit_values(Value value, std::string& seen) {
  const bool is_list = value.is_array();
  if (!is_list && !value.is_object()) {
    seen += std::string(value.raw()) + ' ';
    return;
  }
  seen += is_list ? "[" : "{";
  const bool whole = is_list ? value.each_element([&](Value inner) { visit_values(inner, seen); })
                             : value.each_member([&](std::string_view key, Value inner) {
                                 seen += std::string(key) + '=';
                                 visit_values(inner, seen);
                               });
  seen += whole ? ") " : "! ";
}

// The same by one way through the text.
void visit_forward(Forward& reader, std::string& seen) {
  const bool is_list = reader.is_at('[');
  if (!is_list && !reader.is_at('{')) {
    const Value value = reader.value();
    if (!reader.failed()) seen += std::string(value.raw()) + ' ';
    return;
  }
  seen += is_list ? "[" : "{";
  const bool whole = is_list ? reader.elements([&] { visit_forward(reader, seen); })
                             : reader.members([&](std::string_view key) {
                                 // A member without a value is not visited where its end is looked for first.
                                 if (skip_value(reader.text, reader.at) != kNoEnd) seen += std::string(key) + '=';
                                 visit_forward(reader, seen);
                               });
  seen += whole ? ") " : "! ";
}

}  // namespace

TEST_CASE("one way through a text visits what level by level is visited, also where it is malformed") {
  std::mt19937 random(22);
  int nested = 0, malformed = 0;
  const auto compare = [&](const std::string& text) {
    if (skip_value(text, 0) != text.size()) return;
    CAPTURE(text);
    std::string want, got;
    visit_values(Value::json(text), want);
    Forward reader{text};
    visit_forward(reader, got);
    REQUIRE(got == want);
    REQUIRE(reader.at == text.size());
    nested += std::count(want.begin(), want.end(), '{') > 2 ? 1 : 0;
    malformed += want.find('!') != std::string::npos ? 1 : 0;
  };
  const std::string whole = R"({"a":[{"k":"x","v":{"s":"}\"]"}},{"k" : 7}, [[],{}] ],"b":{"c":{"d":null}},"e":[1,"2"]})";
  compare(whole);
  for (int i = 0; i < 60'000; ++i) {
    // A sign or three of a document become others: brackets that do not match, strings that end elsewhere.
    constexpr std::string_view kSigns = "{{[[]]}}\"\"\\:,1 a";
    std::string text = whole;
    for (std::size_t left = 1 + random() % 3; left > 0; --left) text[random() % text.size()] = kSigns[random() % kSigns.size()];
    compare(text.substr(0, std::min(skip_value(text, 0), text.size())));
  }
  CHECK(nested > 1000);
  CHECK(malformed > 1000);
}

TEST_CASE("a string of any length is decoded where an escape stands anywhere in it") {
  Scratch scratch;
  for (std::size_t length = 0; length <= 80; ++length) {
    const std::string plain(length, 'a');
    const std::string text = '"' + plain + "\": ";
    CAPTURE(length);
    CHECK(Value::json(text.substr(0, length + 2)).text(scratch) == plain);
    for (std::size_t at = 0; at < length; ++at) {
      std::string escaped = text, want = plain;
      escaped.replace(at + 1, 1, "\\\"");
      want[at] = '"';
      CHECK(Value::json(std::string_view(escaped).substr(0, length + 3)).text(scratch) == want);
    }
  }
}

TEST_CASE("members and elements are visited in their order") {
  std::string seen;
  CHECK(Value::json(R"({ "a" : 1 , "b":{"c":[2]}, "d":"x,}" })")
            .each_member([&](std::string_view key, Value value) {
              seen += std::string(key) + "=" + std::string(value.raw()) + ";";
            }));
  CHECK(seen == R"(a=1;b={"c":[2]};d="x,}";)");
  seen.clear();
  CHECK(Value::json(R"([1, "a,b", {"c":2},[]])").each_element([&](Value value) {
    seen += std::string(value.raw()) + ";";
  }));
  CHECK(seen == R"(1;"a,b";{"c":2};[];)");
}

TEST_CASE("malformed containers say so") {
  for (const char* text :
       {"{\"a\":1", "{\"a\" 1}", "{\"a\":}", "{a:1}", "{\"a\":1 \"b\":2}", "{\"a\":1,}", "[1]", "1", ""}) {
    CAPTURE(text);
    CHECK_FALSE(Value::json(text).each_member([](std::string_view, Value) {}));
  }
  for (const char* text : {"[1", "[1 2]", "[,]", "[1,]", "{}", ""}) {
    CAPTURE(text);
    CHECK_FALSE(Value::json(text).each_element([](Value) {}));
  }
}

TEST_CASE("JSON inside a string or a cell can be opened") {
  Scratch scratch;
  CHECK(Value::json(R"("{\"num_ctx\":8192}")").opened(scratch).member("num_ctx").raw() == "8192");
  CHECK(Value::bare(R"({"num_ctx":8192})").opened(scratch).member("num_ctx").raw() == "8192");
  CHECK_FALSE(Value::json("\"num_ctx=4096 (not JSON)\"").opened(scratch).present());
  CHECK_FALSE(Value::json("null").opened(scratch).present());
}

TEST_CASE("every prefix of a document is read without looking past it") {
  const std::string document = R"({"a":[1,{"b":"x\"y\\"}],"c":{"d":null},"e":"\u00e4"})";
  for (std::size_t size = 0; size <= document.size(); ++size) {
    const std::vector<char> exact(document.begin(), document.begin() + static_cast<std::ptrdiff_t>(size));
    const std::string_view text(exact.data(), exact.size());  // the sanitizer watches its end
    CAPTURE(text);
    const bool whole = Value::json(text).each_member([](std::string_view, Value) {});
    CHECK(whole == (size == document.size()));
  }
}
