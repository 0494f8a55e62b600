// Most records are read by one look at each byte. What simdjson would say of them must come out.

#include "ingest/record.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <string_view>

#include "ingest/plain_members.hpp"

using namespace ctxcap;
using namespace ctxcap::ingest;

namespace {

// What a parser makes of a record: why it cannot be read, or the values of its keys.
std::string read_by(RecordParser& parser, std::string record) {
  const Mapping mapping;
  Fields fields(mapping);
  const std::size_t size = record.size();
  record.append(kPadding, '"');
  const Reason reason = parser.parse(std::string_view(record).substr(0, size), fields);
  std::string seen = std::to_string(static_cast<int>(reason));
  if (reason != Reason::none) return seen;
  if (fields.has_repeated_key()) seen += " repeated";
  if (fields.has_metric_key()) seen += " metric";
  fields.keys().each([&](Key key) {
    seen += ' ' + std::string(kKeySpellings[static_cast<std::size_t>(key)]) + '=' + std::string(fields[key].raw()) +
            '~' + std::string(fields[key].text(fields.scratch()));
  });
  return seen;
}

// White space that no program writes into a line: simdjson takes it for what it is, and nobody else takes it.
std::string not_plain(const std::string& record) {
  return "{\t" + record.substr(1);
}

constexpr std::array<std::string_view, 8> kRecords{
    R"({"id":"a1","traceId":"t","startTime":"2026-10-18T09:39:25.337Z","type":"GENERATION","name":"x","usageDetails":{"input":20,"output":3},"tags":["a","b"],"latency":1.25})",
    R"({"model": "qwen3:8b", "created_at": "2026-10-18T09:39:25Z", "message": {"role": "assistant", "content": "he said \"no\" \\ é"}, "done": true, "prompt_eval_count": 26, "eval_count": -1e3})",
    R"({"id":"","usage":{"prompt_tokens":1,"completion_tokens":2,"details":[[],{},[{"a":[1,"]"]}]]},"p95_inputTokens":null,"model":"größer","a\"b":1,"id":null})",
    R"({ "id" : "spaced" , "usage" : { "input" : [ 1 , 2 ] } , "model":false})",
    R"({"}":1,"name":"n","input":"{\"a\":[1,2,{\"b\":\"c\"}]}","model":"m","totalCost":0})",
    R"({"a_key_that_is_longer_than_anything_that_is_worth_a_guess_by_far":1,"model":"m","name":"sixteen letters."})",
    R"({"model":"m","prompt":"Read this letter and answer it: \"the meeting of the 4th\\ is moved\", for which we are sorry, and we hope that you can come to the next one.","usage":{"prompt_tokens":21}})",
    R"({"input":[{"role":"system","content":"You answer letters. Keep to facts, and be brief \\ polite."},{"role":"user","content":"a [list] of {things}, and a \"quote\" in it, long enough to go on in the next block"}],"model":"m"})"};

}  // namespace

TEST_CASE("a record is read as simdjson reads it, whatever signs stand in it") {
  constexpr std::string_view kSigns = "{}[]\"\"\\\\:,, 1-ntf.aé\x80\xff\n\x01\x7f;";
  std::mt19937 random(14);
  RecordParser parser, anywhere(long_text_anywhere()), other;
  int read = 0, refused = 0;
  for (int i = 0; i < 40'000; ++i) {
    std::string record(kRecords[random() % kRecords.size()]);
    for (std::size_t left = random() % 4; left > 0; --left) {
      const std::size_t at = 1 + random() % (record.size() - 1);
      const char sign = kSigns[random() % kSigns.size()];
      switch (random() % 4) {
        case 0:
          record[at] = sign;
          break;
        case 1:
          record.insert(at, 1, sign);
          break;
        case 2:
          record.erase(at, 1 + random() % 3);
          break;
        default:
          record.insert(at, record.substr(1 + random() % (record.size() - 1), random() % 20));
          break;
      }
    }
    while (std::string_view(" \n").find(record.back()) != std::string_view::npos) record.pop_back();
    CAPTURE(record);
    const std::string got = read_by(parser, record);
    REQUIRE(got == read_by(other, not_plain(record)));
    REQUIRE(got == read_by(anywhere, record));
    ++(got.starts_with("0") ? read : refused);
  }
  CHECK(read > 10'000);
  CHECK(refused > 10'000);
}

TEST_CASE("the first of many records is read alike, and its end found") {
  const Mapping mapping;
  Fields first(mapping), alone(mapping);
  RecordParser parser;
  for (const std::string_view record : kRecords) {
    CAPTURE(record);
    std::string lines = std::string(record) + " \r\n{\"id\":1}\n", line(record);
    const std::size_t size = lines.size();
    lines.append(kPadding, '}');
    line.append(kPadding, '}');
    REQUIRE(parser.parse(std::string_view(line).substr(0, record.size()), alone) == Reason::none);
    const std::size_t read = parser.parse_first(std::string_view(lines).substr(0, size), first);
    const bool is_plain = kLettersTogether && record.find(R"(a\"b":)") == kNoEnd && record.find("a_key_that") == kNoEnd;
    CHECK(read == (is_plain ? record.size() : 0));
    if (read == 0) continue;
    CHECK(first.keys() == alone.keys());
    CHECK(first.record().raw() == record);
    alone.keys().each([&](Key key) { CHECK(first[key].raw() == alone[key].raw()); });
  }
}

namespace {

using Members = PlainMembers<std::size_t>;

// How an object is seen that is the beginning of a text.
Members::Seen seen_in(Members& members, std::string text, std::size_t size) {
  text.append(Members::kPadding, ' ');
  const Members::Object object = members.each(
      std::string_view(text).substr(0, size), [](std::string_view key) { return key.size(); },
      [](const Members::Member& member) { CHECK(member.meaning == member.key.size()); });
  return object.size == size ? object.seen : Members::Seen::other;
}
Members::Seen seen_in(const std::string& text) {
  Members members;
  return seen_in(members, text, text.size());
}

}  // namespace

TEST_CASE("what programs write is plain, and what nobody can read at a glance is not") {
  CHECK(seen_in(R"({"a":1})") == Members::Seen::ascii);
  CHECK(seen_in(R"({ "a" : [ {"b": "c"} ] , "d": "\u00e9\"" })") == Members::Seen::ascii);
  CHECK(seen_in(R"({"a":"é"})") == Members::Seen::longer_characters);
  for (const char* text :
       {"{}", R"({"a":1)", R"({"a":1}})", R"({"a":})", R"({"a":1,})", R"({"a":"b})", R"({"a":[1})", R"({"a":1 2})",
        R"({"a":"b"c})", R"({"a":'b'})", R"({"é":1})", R"({"a\"b":1})", R"({"a":\"b"})", R"({"a":[\"b"]})",
        R"({"a" 1})", R"({a:1})", "{\"a\":1,\n\"b\":2}", "{\"a\":\"\t\"}", "{\"a\":\"\\\x01\"}"}) {
    CAPTURE(text);
    CHECK(seen_in(text) == Members::Seen::other);
  }
}

TEST_CASE("what was guessed from the row before is not taken from behind the end of the next") {
  const std::string text = R"({"a":1,"}":2})";
  Members members;
  CHECK(seen_in(members, text, text.size()) == Members::Seen::ascii);
  CHECK(seen_in(members, text, text.find('}') + 1) == Members::Seen::other);
  CHECK(seen_in(members, R"({"a":1,"b":3})", 13) == Members::Seen::ascii);
  CHECK(seen_in(members, R"({"b":1,"a":3,"c":4})", 19) == Members::Seen::ascii);
}
