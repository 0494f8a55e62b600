// Rows of Langfuse as text: read, indexed, changed. The oracle is a JSON tree.

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "sources/langfuse/index.hpp"
#include "sources/langfuse/json_scan.hpp"
#include "sources/langfuse/reader.hpp"

using namespace ctxcap;
using nlohmann::json;
using sources::langfuse::Reader;
using sources::langfuse::Row;

namespace {

const std::string kRow =
    R"({"id":"a\"b","traceId":"t","parentObservationId":"r","name":"n\u00e4me","traceName":null,"tags":["x","y"],)"
    R"("usageDetails":{"input":1,"deep":[{"id":"no"}]},"startTime":"2026-01-02T03:04:05.006Z","updatedAt":null,)"
    R"("modelId":"m","internalModelId":"","other":[{"id":"no"},"}"]})";

std::optional<Row> read_row(std::string& text) {
  text.reserve(text.size() + 64);
  return Reader().row(text);
}

void check_same(const Row& a, const Row& b) {
  for (const auto part : {&Row::text, &Row::id, &Row::trace, &Row::parent, &Row::model_id, &Row::name,
                          &Row::trace_name, &Row::tags, &Row::tokenizer})
    CHECK(a.*part == b.*part);
  CHECK(a.start == b.start);
  CHECK(a.updated == b.updated);
}

}  // namespace

TEST_CASE("JSON is found its way in without a tree") {
  std::string seen;
  const auto note = [&](std::string_view key, std::string_view value) {
    seen += std::string(key) + "=" + std::string(value) + ";";
  };
  CHECK(sources::langfuse::each_member(R"( { "a" : [1,{"x":"}"}] , "b\"" : "q\\" ,"c":-1.5e3,"d":null} )",
                                       note));
  CHECK(seen == R"(a=[1,{"x":"}"}];b\"="q\\";c=-1.5e3;d=null;)");
  CHECK(sources::langfuse::each_member("{}", note));
  for (const char* wrong :
       {"", "[", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":[}", "{\"a\":\"", "{a:1}",
        "{\"a\" 1}", "<html>", "{\"a\":1 \"b\":2}", "\\", "{\"\\"}) {
    CAPTURE(wrong);
    CHECK_FALSE(sources::langfuse::each_member(wrong, note));
  }
  CHECK(sources::langfuse::length_of("\"z\\u00e4\\n\"") == 3);
  CHECK(sources::langfuse::length_of("null") == 0);
  CHECK(sources::langfuse::length_of("[1]") == 3);
}

TEST_CASE("of a row only what is needed is kept: no text, no key, no name of a person, nothing unknown") {
  const std::string_view row = R"({
    "id":"i", "traceId":"t", "type":"GENERATION", "name":"triage", "model":"m", "level":"ERROR",
    "startTime":"2026-11-01T00:00:00Z", "usageDetails":{"input":5,"output":1},
    "input":[{"role":"user","content":"SECRET"}], "output":"SECRET", "metadata":{"x":"SECRET"},
    "userId":"SECRET", "sessionId":"SECRET", "release":"SECRET", "version":"SECRET",
    "toolCalls":[{"arguments":"SECRET"}], "toolDefinitions":{"f":"SECRET"}, "of a later version":"SECRET",
    "statusMessage":"SECRET prompt is too long: 210000 tokens > 200000 maximum, near \"SECRET\"",
    "modelParameters":{"api_key":"SECRET","system":"SECRET","temperature":0.1,"num_ctx":4096,"max_tokens":"256",
                       "options":{"num_predict":7,"stop":["SECRET"]},"num_predict":"SECRET"}})";
  const std::string kept = sources::langfuse::needed_of(row, false);
  CHECK(kept == R"({"id":"i","traceId":"t","type":"GENERATION","name":"triage","model":"m","level":"ERROR",)"
                R"("startTime":"2026-11-01T00:00:00Z","usageDetails":{"input":5,"output":1},)"
                R"("statusMessage":"prompt is too long: 210000 tokens > 200000 maximum",)"
                R"("modelParameters":{"num_ctx":4096,"max_tokens":"256","options":{"num_predict":7}}})");
  CHECK(sources::langfuse::needed_of(R"({"id":"i","input":"four","output":null})", true) ==
        R"({"id":"i","inputLength":4,"outputLength":0})");
  CHECK(sources::langfuse::needed_of(R"({"id":"i","statusMessage":"SECRET"})", true) == R"({"id":"i"})");
  CHECK(sources::langfuse::needed_of(R"({"modelParameters":"{\"num_ctx\":1,\"api_key\":\"x\"}"})", false) ==
        R"({"modelParameters":{"num_ctx":1}})");
}

TEST_CASE("a row: strings without their quotes, JSON as written, only its own members") {
  std::string text = kRow;
  const auto row = read_row(text);
  REQUIRE(row);
  CHECK(row->text == kRow);
  CHECK(row->id == R"(a\"b)");
  CHECK(row->trace == "t");
  CHECK(row->nested());
  CHECK(row->name == R"("n\u00e4me")");
  CHECK(row->trace_name == "null");
  CHECK(row->tags == R"(["x","y"])");
  CHECK(row->usage == R"({"input":1,"deep":[{"id":"no"}]})");
  CHECK(row->start == 1'767'323'045'006'000);
  CHECK(row->updated == 0);
  CHECK(row->model_id == "m");
  CHECK(row->tokenizer.empty());
  CHECK(sources::langfuse::job_of(*row) == row->name);
  for (const char* wrong : {"", "{}", "[]", "{\"id\":\"\"}", "{\"id\":7}", "{\"id\":\"x\"", "{\"id\":\"x\"}}",
                            "{\"id\" \"x\"}", "\"x\"", "{\"id\":\"x}"}) {
    CAPTURE(wrong);
    std::string other = wrong;
    CHECK_FALSE(read_row(other));
  }
}

TEST_CASE("rows of one reader may have their keys in any order") {
  Reader reader;
  const json members = {
      {"id", "i"}, {"traceId", "t"}, {"name", "n"}, {"input", nullptr}, {"tags", json::array()}};
  std::vector<std::string> keys;
  for (const auto& [key, value] : members.items()) keys.push_back(key);
  std::sort(keys.begin(), keys.end());
  do {
    std::string text = "{";
    for (const std::string& key : keys)
      text += (text.size() > 1 ? ", " : " ") + json(key).dump() + " : " + members[key].dump();
    text += " } \r";
    CAPTURE(text);
    text.reserve(text.size() + 64);
    const auto row = reader.row(text);
    REQUIRE(row);
    CHECK(json::parse(row->text) == members);
    CHECK(row->text.ends_with('}'));
    CHECK((row->id == "i" && row->trace == "t" && row->name == "\"n\"" && row->tags == "[]"));
  } while (std::next_permutation(keys.begin(), keys.end()));
}

TEST_CASE("a page: rows, cursor and counts, however it is laid out; cut anywhere it is none") {
  const json whole = {{"data", {json::parse(kRow), {{"id", ""}}, {{"id", "z"}, {"name", "]}"}}}},
                      {"meta", {{"cursor", "c\"+/="}, {"totalPages", 3}, {"totalItems", 250}}},
                      {"more", {1, 2}}};
  for (const int indent : {-1, 2}) {
    std::string body = whole.dump(indent) + "\n";
    const auto page = Reader().page(body);
    REQUIRE(page);
    REQUIRE(page->rows.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) CHECK(json::parse(page->rows[i].text) == whole["data"][i]);
    CHECK(page->rows[0].parent == "r");
    CHECK(page->rows[1].id.empty());
    CHECK(page->rows[2].id == "z");
    CHECK(page->cursor == "c\"+/=");
    CHECK(page->total_pages == 3);
    CHECK(page->total_items == 250);
    for (std::size_t size = 0; size + 2 < body.size(); ++size) {
      std::string part = body.substr(0, size);
      CHECK_FALSE(Reader().page(part));
    }
  }
  for (const char* wrong :
       {"", "<html>", "[]", "{}", "{\"data\":[]}", "{\"meta\":{}}", "{\"data\":{},\"meta\":{}}",
        "{\"data\":[1],\"meta\":{}}", "{\"data\":[],\"meta\":[]}", "{\"data\":[],\"meta\":{}} x"}) {
    CAPTURE(wrong);
    std::string body = wrong;
    CHECK_FALSE(Reader().page(body));
  }
}

TEST_CASE("a page that is not UTF-8 loses the bytes, not the rows") {
  std::string body = "{\"data\":[{\"id\":\"a\",\"name\":\"x\xff\\n\"},{\"id\":\"b\"}],\"meta\":{}}";
  const auto page = Reader().page(body);
  REQUIRE(page);
  REQUIRE(page->rows.size() == 2);
  CHECK(page->rows[0].name == "\"x\xef\xbf\xbd\\n\"");
  CHECK(page->rows[1].id == "b");
}

TEST_CASE("what is no JSON in one row keeps no other away; a byte order mark is none of it") {
  for (const char* odd : {"NaN", "\"a\x01z\"", "\"\\q\"", "tru", "\"\xff\""}) {
    CAPTURE(odd);
    for (const char* key : {"name", "input", "other"}) {
      std::string row = std::string("{\"id\":\"a\",\"") + key + "\":" + odd + ",\"traceId\":\"t\"}";
      std::string body = "\xEF\xBB\xBF{\"data\":[{\"id\":\"b\"}," + row + "],\"meta\":{\"cursor\":\"c\"}}";
      const auto page = Reader().page(body);
      REQUIRE(page);
      REQUIRE(page->rows.size() == 2);
      CHECK((page->rows[1].id == "a" && page->rows[1].trace == "t" && page->cursor == "c"));
      const auto alone = read_row(row);
      REQUIRE(alone);
      CHECK((alone->id == "a" && alone->trace == "t"));
    }
  }
}

TEST_CASE("an indexed row is what it was; what is none is refused") {
  std::string text = kRow;
  const auto row = read_row(text);
  REQUIRE(row);
  std::string bytes;
  sources::langfuse::append_indexed(bytes, *row);
  CHECK(bytes.ends_with(kRow));
  const auto again = sources::langfuse::read_indexed(bytes);
  REQUIRE(again);
  check_same(*again, *row);
  // Cut in the row, so that a part would lie behind its end, or in the index.
  const std::size_t last = bytes.rfind("\"m\"");
  for (std::size_t size = 0; size < last + 2; ++size) {
    CAPTURE(size);
    CHECK_FALSE(sources::langfuse::read_indexed(bytes.substr(0, size)));
  }
  CHECK_FALSE(sources::langfuse::read_indexed(std::string(200, '\0')));
  CHECK_FALSE(sources::langfuse::read_indexed(std::string(200, '\xff')));
}

TEST_CASE("new members take the place of the old, or come behind") {
  const json added = {{"traceName", "job"}, {"tags", {"p"}}, {"tokenizerId", nullptr}};
  for (const char* text :
       {R"({"id":"a"})", R"({"id":"a","traceName":null,"z":1})", R"({"tokenizerId":"o","tags":[],"id":"a"})",
        R"({ "tags" : [] , "id" : "a" , "traceName" : "" , "tokenizerId" : 5 })"}) {
    for (const bool name : {false, true}) {
      for (const bool tags : {false, true}) {
        for (const bool tokenizer : {false, true}) {
          CAPTURE(text);
          std::string copy = text;
          const auto row = read_row(copy);
          REQUIRE(row);
          json wanted = json::parse(text);
          if (name) wanted["traceName"] = added["traceName"];
          if (tags) wanted["tags"] = added["tags"];
          if (tokenizer) wanted["tokenizerId"] = nullptr;
          std::string changed;
          sources::langfuse::append_with_members(
              changed, *row, {name ? R"("job")" : "", tags ? R"(["p"])" : "", tokenizer ? "null" : ""});
          CHECK(json::parse(changed) == wanted);
          if (!name && !tags && !tokenizer) CHECK(changed == text);
        }
      }
    }
  }
}
