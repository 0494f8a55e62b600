// Files as they are found: empty, cut off, foreign, hostile.

#include "unit/ingest/ingesting.hpp"

using namespace ctxcap;
using namespace ctxcap::test;

namespace {

const std::string kRow = R"({"job":"j","model":"m","prompt_tokens":100,"completion_tokens":7})";
const std::string kGist = "j/m: p 100 g 7 t 107";

Error refusal(std::string_view text, ingest::Options options = {}) {
  const std::string padded = std::string(text) + std::string(64, '\0');
  ingest::Ingestor ingestor(std::move(options));
  const Status status = ingestor.whole("x.bin", std::string_view(padded).substr(0, text.size()));
  REQUIRE_FALSE(status.has_value());
  return status.error();
}

struct Row {
  std::string name, text, gist;
  Words skipped;
};

}  // namespace

TEST_CASE("odd text files are read as far as they make sense") {
  const Row rows[] = {
      {"empty", "", "", {}},
      {"ends mid-line", kRow + "\n{\"prompt_tokens\":5,\"comp", kGist, {{"bad-json", 1}}},
      {"no line end at the end", kRow, kGist, {}},
      {"CRLF", kRow + "\r\n\r\n", kGist, {}},
      {"byte order mark", "\xef\xbb\xbf" + kRow + "\n", kGist, {}},
      {"blank lines", "\n\n  \n" + kRow + "\n\n", kGist, {}},
      {"indented", "  \t" + kRow + "  \n", kGist, {}},
      {"begins in the middle of a row", "ken\":4},\"x\":1}\n" + kRow + "\n", kGist, {{"bad-json", 1}}},
      {"a broken line between others",
       kRow + "\n{\"prompt_tokens\":5,\n" + kRow + "\n",
       "j/m: p 100*2 g 7*2 t 107*2",
       {{"bad-json", 1}}},
      {"a broken first line", "{\"prompt_tokens\":5,\n" + kRow + "\n", kGist, {{"bad-json", 1}}},
      {"a string left open", "{\"prompt_tokens\":\"5\n" + kRow + "\n", kGist, {{"bad-json", 1}}},
      {"two values on a line", kRow + kRow + "\n", "j/m: p 100*2 g 7*2 t 107*2", {}},
      {"lines cut out of an array", kRow + ",\n" + kRow + ",\n", "j/m: p 100*2 g 7*2 t 107*2", {}},
      {"an array on a line", "[" + kRow + "," + kRow + "]\n", "j/m: p 100*2 g 7*2 t 107*2", {}},
      {"arrays, one a line", "[" + kRow + "]\n[" + kRow + "]\n", "j/m: p 100*2 g 7*2 t 107*2", {}},
      {"an empty array", "[]", "", {}},
      {"garbage in an array",
       "[" + kRow + ",\n1,\n" + kRow + "]",
       "j/m: p 100*2 g 7*2 t 107*2",
       {{"bad-json", 1}}},
      {"scalars", "1\ntrue\n\"text\"\nnull\n", "", {{"bad-json", 4}}},
      {"a NUL inside a line",
       kRow + "\n" + std::string(5000, ' ') + "\n{\"prompt_tokens\":5,\"x\":\"" + std::string(1, '\0') +
           "\"}\n",
       kGist,
       {{"bad-json", 1}}},
      {"invalid UTF-8", kRow + "\n{\"prompt_tokens\":5,\"x\":\"\xc3(\"}\n", kGist, {{"invalid-utf8", 1}}},
      {"columns of a metrics answer beside others",
       "id,traceId,type,model,usageDetails,p95_inputTokens\nc,t,GENERATION,m,\"{\"\"input\"\":3}\",1\n",
       "",
       {{"aggregate", 1}}},
      {"a key twice", kRow + "\n{\"prompt_tokens\":5,\"prompt_tokens\":6}\n", kGist, {{"duplicate-key", 1}}},
      {"an unknown key twice", "{\"z\":1,\"z\":2," + kRow.substr(1), kGist, {}},
      {"trailing garbage", kRow + " x\n" + kRow, "j/m: p 100*2 g 7*2 t 107*2", {{"bad-json", 1}}},
      {"keys inside strings are text",
       R"({"content":"{\"prompt_tokens\":9999,\"usage\":{\"input\":9999}}","job":"j","model":"m","prompt_tokens":100,"completion_tokens":7})",
       kGist,
       {}},
      {"only a string holds counts",
       R"({"content":"{\"prompt_tokens\":9999,\"completion_tokens\":1}"})",
       "",
       {{"unknown-format", 1}}},
      {"counts deeper down are not the row's",
       R"({"a":{"prompt_tokens":9999,"completion_tokens":1}})",
       "",
       {{"unknown-format", 1}}},
      {"deep nesting",
       "{\"x\":" + std::string(100'000, '[') + std::string(100'000, ']') + "," + kRow.substr(1),
       kGist,
       {}},
      {"deep nesting that never ends",
       "{\"x\":" + std::string(100'000, '[') + "\n" + kRow + "\n",
       kGist,
       {{"bad-json", 1}}},
      {"2^53+1 tokens",
       R"({"prompt_tokens":9007199254740993,"completion_tokens":1})",
       "",
       {{"implausible-tokens", 1}}},
      {"negative tokens", R"({"prompt_tokens":-5,"completion_tokens":1})", "", {{"negative-tokens", 1}}},
      {"half a token", R"({"prompt_tokens":5.5,"completion_tokens":1})", "", {{"bad-tokens", 1}}},
      {"no prompt", R"({"prompt_tokens":0,"completion_tokens":1})", "", {{"no-usage", 1}}},
      {"only a total", R"({"model":"m","total_tokens":12})", "", {{"total-only", 1}}},
      {"prose", "Dear reader\nthis is no trace\n", "", {{"bad-json", 2}}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const TraceSummary summary = ingest_whole(row.text);
    CHECK(gist(summary) == row.gist);
    CHECK(words(summary.skipped) == row.skipped);
    check_nothing_lost(summary);
  }
}

TEST_CASE("every reason and remark has a sentence") {
  const TraceSummary summary = ingest_whole("x\n{}\n{\"prompt_tokens\":-1}\n");
  REQUIRE(summary.skipped.size() == 3);
  for (const Skip& skip : summary.skipped) CHECK_FALSE(ingest::describe(skip.reason).empty());
  CHECK_FALSE(ingest::describe("maybe-estimated").empty());
  CHECK(ingest::describe("no such word").empty());
  CHECK(ingest::describe("").empty());
}

TEST_CASE("binary files are refused by name, with a way out") {
  struct Binary {
    std::string bytes, why, hint;
  };
  using namespace std::string_literals;
  for (const Binary& row : std::initializer_list<Binary>{
           {"\x1f\x8b\x08\0\0\0"s, "it is compressed with gzip", "zcat x.bin | ctxcap analyze --traces -"},
           {"\x28\xb5\x2f\xfd\x04"s, "it is compressed with zstd",
            "zstd -dc x.bin | ctxcap analyze --traces -"},
           {"PK\x03\x04"s, "it is a zip archive", "unzip -p x.bin | ctxcap analyze --traces -"},
           {"PAR1\x15"s, "it is a Parquet file", "export the table as JSONL or CSV"},
           {"SQLite format 3\0"s, "it is an SQLite database", "name the file itself, not a pipe of it"},
           {"\xff\xfe{\0"s, "it is UTF-16 text",
            "iconv -f UTF-16 -t UTF-8 x.bin | ctxcap analyze --traces -"},
           {"\x7f"
            "ELF\x02\x01\x01\0"s,
            "byte 8 is NUL: this is a binary file",
            "ctxcap reads JSONL, JSON and CSV, also from a pipe: --traces -"},
           {kRow + "\n\0"s, fmt::format("byte {} is NUL: this is a binary file", kRow.size() + 2),
            "ctxcap reads JSONL, JSON and CSV, also from a pipe: --traces -"},
       }) {
    const Error error = refusal(row.bytes);
    CHECK(error.kind == ErrorKind::usage);
    CHECK(error.what == "'x.bin' is not a trace file");
    CHECK(error.why == row.why);
    CHECK(error.hint == row.hint);
    ingest::Ingestor fed;
    const Status status = stream_into(fed, row.bytes, 1);
    REQUIRE_FALSE(status.has_value());
    CHECK(status.error().why == row.why);
  }
}

TEST_CASE("a line of 100 MB is a row like any other") {
  std::string text = R"({"content":")";
  text.reserve(100'200'000);
  while (text.size() < 100'000'000)
    text += R"(long text with \"quotes\" and \\ and more of it, over and over again; )";
  text += "\"," + kRow.substr(1) + "\n" + kRow + "\n";
  const TraceSummary whole = ingest_whole(text);
  CHECK(gist(whole) == "j/m: p 100*2 g 7*2 t 107*2");
  CHECK(ingest_fed(text, 1 << 20) == whole);
}

TEST_CASE("progress counts bytes and rows up to all of them") {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += kRow + "\n";
  const i64 size = static_cast<i64>(text.size());
  i64 calls = 0;
  ingest::Progress last;
  ingest::Ingestor ingestor({.threads = 3}, [&](const ingest::Progress& progress) {
    ++calls;
    CHECK(progress.bytes > last.bytes);
    CHECK(progress.rows > last.rows);
    last = progress;
  });
  text.append(64, '\0');
  REQUIRE(ingestor.whole("f", std::string_view(text).substr(0, static_cast<std::size_t>(size))).has_value());
  CHECK(calls > 1);
  CHECK(last.bytes == size);
  CHECK(last.rows == 20'000);
}
