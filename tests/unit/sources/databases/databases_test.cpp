// Databases of other programs, as their versions make them, and beside programs that write to them.

#include <doctest/doctest.h>

#include <filesystem>
#include <set>

#include "base/json.hpp"
#include "ingest/ingest.hpp"
#include "io/io.hpp"
#include "sources/databases/databases.hpp"

using namespace ctxcap;

namespace {

constexpr const char* kTurns =
    "create table turns (id text primary key, thread_id text, parent_message_hash text, tip_message_hash "
    "text,"
    " model text, resolved_model text, options_json text, schema_id text, input_tokens integer,"
    " output_tokens integer, token_details text, duration_ms integer, datetime_utc text, response_json text);"
    "insert into turns values ('01a', 't', null, 'b2:x', 'ollama/tiny-llama:latest', null,"
    " '{\"num_ctx\": 1024, \"num_predict\": 6}', null, 200, 6, null, 397, '2026-11-21T00:57:00.004067+00:00',"
    " '{\"done_reason\": \"length\", \"message\": {\"content\": \"private\"}}');"
    "insert into turns values ('01b', 't', null, 'b2:y', 'tiny-llama', null, '{}', null, null, null, null, 3,"
    " '2026-11-21T00:58:00+00:00', 'no json');";

constexpr const char* kResponses =
    "create table responses (id text primary key, model text, prompt text, system text, prompt_json text,"
    " options_json text, response text, response_json text, conversation_id text, duration_ms integer,"
    " datetime_utc text, input_tokens integer, output_tokens integer);"
    "insert into responses values ('00a', 'tiny-llama:latest', 'private', null, null, '{\"num_predict\": 8}',"
    " 'private', null, 'c', 1, '2026-11-20T00:00:00+00:00', 61, 8);";

struct Place {
  io::RealWorld real;
  std::unique_ptr<Files::PrivateDirectory> directory =
      std::move(*real.world().files.make_private_directory());
  std::string path = directory->path() + "/logs.db";

  void make(const std::string& sql) {
    const auto database = real.world().databases.open(path, DatabaseMode::write);
    REQUIRE(database.has_value());
    REQUIRE((*database)->run(sql).has_value());
  }
  Result<sources::DatabaseRows> open() { return sources::open_database(path, real.world().databases); }
};

std::string all_of(ByteReader& reader, std::size_t at_once) {
  std::string text, buffer(at_once, ' ');
  for (;;) {
    const auto got = reader.read(buffer.data(), buffer.size());
    REQUIRE(got.has_value());
    if (*got == 0) return text;
    text += buffer.substr(0, *got);
  }
}

TraceSummary summary_of(std::string_view rest) {
  ingest::Ingestor ingestor;
  REQUIRE(ingestor
              .stream("logs.db",
                      [&](char* into, std::size_t room) -> Result<std::size_t> {
                        const std::size_t size = rest.copy(into, room);
                        rest.remove_prefix(size);
                        return size;
                      })
              .has_value());
  Result<TraceSummary> finished = std::move(ingestor).finish();
  REQUIRE(finished.has_value());
  return *std::move(finished);
}

TraceSummary read(Place& place) {
  auto reader = place.open();
  REQUIRE_MESSAGE(reader, reader.error().why);
  const std::string text = all_of(*reader->stream, 1000);
  CHECK(text.find("private") == std::string::npos);
  return summary_of(text);
}

// Needs of all requests.
std::multiset<Tokens> totals(const TraceSummary& summary) {
  std::multiset<Tokens> all;
  for (const Demand& demand : summary.demands) {
    const DayDemand pooled = demand.pooled();
    for (const auto& [total, count] : pooled.total.bins) {
      for (i64 i = 0; i < count; ++i) all.insert(total);
    }
  }
  return all;
}

constexpr const char* kChats =
    "create table chat (id text, user_id text, title text, chat json, created_at int, updated_at int, meta "
    "json);"
    "insert into chat values ('c', 'u', 'private', '{\"params\": {\"num_ctx\": 8192}, \"history\": "
    "{\"messages\": {"
    "\"a\": {\"id\": \"a\", \"role\": \"user\", \"content\": \"private\"},"
    "\"b\": {\"id\": \"b\", \"role\": \"assistant\", \"content\": \"private\", \"model\": \"qwen3:8b\","
    " \"timestamp\": 1787217302, \"usage\": {\"prompt_eval_count\": 1000, \"eval_count\": 50}},"
    "\"d\": {\"id\": \"d\", \"role\": \"assistant\", \"model\": \"qwen3:8b\", \"timestamp\": 1787217402,"
    " \"info\": {\"usage\": {\"prompt_eval_count\": 2000, \"eval_count\": 60}}},"
    "\"e\": {\"id\": \"e\", \"role\": \"assistant\", \"model\": \"qwen3:8b\", \"timestamp\": 1787217502,"
    " \"error\": {\"content\": \"request (9001 tokens) exceeds the available context size (8192 "
    "tokens)\"}}}}}', 1787217302, 1787217402, '{}');";

constexpr const char* kMessages =
    "create table chat_message (id text primary key, chat_id text, user_id text, role text, parent_id text,"
    " content json, model_id text, usage json, error json, created_at int);"
    "insert into chat_message values ('c-b', 'c', 'u', 'assistant', 'a', '\"private\"', 'qwen3:8b',"
    " '{\"prompt_eval_count\": 1000, \"eval_count\": 50}', null, 1787217302);"
    "insert into chat_message values ('c-f', 'c', 'u', 'assistant', 'a', '\"private\"', 'qwen3:8b',"
    " '{\"prompt_eval_count\": 3000, \"eval_count\": 70}', 'null', 1787217602);"
    "insert into chat_message values ('c-a', 'c', 'u', 'user', null, '\"private\"', null, null, null, 1);";

std::set<std::string> beside(const Place& place) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(place.directory->path()))
    names.insert(entry.path().filename().string());
  return names;
}

}  // namespace

TEST_CASE("the calls of both tables come as rows that can be read, without anybody's text") {
  Place place;
  place.make(std::string(kTurns) + kResponses);
  CHECK(sources::is_database((*place.real.world().files.map(place.path))->bytes()));
  auto reader = place.open();
  REQUIRE(reader.has_value());
  CHECK(reader->remark.empty());
  const std::string text = all_of(*reader->stream, 7);
  CHECK(text.find("private") == std::string::npos);
  CHECK(text.starts_with(R"({"id":"00a","model":"tiny-llama:latest","options_json":"{\"num_predict\": 8}",)"
                         R"("input_tokens":61,"output_tokens":8,"datetime_utc":"2026-11-20T00:00:00+00:00",)"
                         R"("done_reason":null})"
                         "\n"));
  CHECK(text.find(R"("done_reason":"length")") != std::string::npos);

  const TraceSummary summary = summary_of(text);
  CHECK(summary.inputs[0].format == "llm");
  CHECK(summary.inputs[0].used == 2);
  REQUIRE(summary.skipped.size() == 1);
  CHECK(summary.skipped[0].reason == "no-usage");
  REQUIRE(summary.demands.size() == 1);
  CHECK(summary.demands[0].model == "tiny-llama");
  CHECK(summary.demands[0].num_ctx_asked == std::map<Tokens, i64>{{1024, 1}});
}

TEST_CASE("an older database without counts gives calls without counts") {
  Place place;
  place.make(
      "create table responses (id text, model text, options_json text, datetime_utc text);"
      "insert into responses values ('a', 'm', '{}', '2024-01-01')");
  auto reader = place.open();
  REQUIRE(reader.has_value());
  CHECK(all_of(*reader->stream, 4096) ==
        R"({"id":"a","model":"m","options_json":"{}","input_tokens":null,"output_tokens":null,)"
        R"("datetime_utc":"2024-01-01","done_reason":null})"
        "\n");
}

TEST_CASE("other databases are refused by their tables") {
  Place place;
  place.make("create table users (id); create table photos (id)");
  const auto reader = place.open();
  REQUIRE_FALSE(reader.has_value());
  CHECK(reader.error().kind == ErrorKind::usage);
  CHECK(reader.error().why ==
        "it is an SQLite database, and none of llm, Open WebUI, llama-swap, opencode: its tables are photos, "
        "users");
  place.path += "-none";
  CHECK(place.open().error().kind == ErrorKind::usage);
}

TEST_CASE("chats of Open WebUI are read in both generations, and a message that is in both once") {
  Place old, both;
  old.make(kChats);
  both.make(std::string(kChats) + kMessages);
  const TraceSummary before = read(old);
  CHECK(totals(before) == std::multiset<Tokens>{1050, 2060, 9001});
  const TraceSummary after = read(both);
  CHECK(totals(after) == std::multiset<Tokens>{1050, 2060, 3070, 9001});
  for (const TraceSummary& summary : {before, after}) {
    CHECK(summary.skipped.empty());
    REQUIRE(summary.demands.size() == 1);
    CHECK(summary.demands[0].model == "qwen3:8b");
    CHECK(summary.inputs[0].format == "openwebui");
    REQUIRE(summary.demands[0].num_ctx_asked.size() == 1);
    CHECK(summary.demands[0].num_ctx_asked.begin()->first == 8192);
  }
}

TEST_CASE("a chat that is no JSON is counted") {
  Place place;
  place.make(std::string(kChats) + "insert into chat values ('x', 'u', '', '{\"history\": NaN', 1, 1, '');");
  const TraceSummary summary = read(place);
  CHECK(totals(summary).size() == 3);
  REQUIRE(summary.skipped.size() == 1);
  CHECK(summary.skipped[0].count == 1);
}

TEST_CASE("the activity of llama-swap: the cached part is of the prompt, refusals are demand") {
  Place place;
  place.make(
      "create table activity (id integer primary key, ts_created int, model_id text, req_path text,"
      " resp_status_code int, cache_tokens int, input_tokens int, output_tokens int, prompt_per_second real,"
      " error_msg text, metadata_json text);"
      "insert into activity values (1, 1787217302, 'm', '/v1/chat/completions', 200, 600, 1, 20, 812.5, '', "
      "''),"
      " (2, 1787217402, 'm', '/v1/chat/completions', 200, -1, 700, 30, -1, '', ''),"
      " (3, 1787217502, 'm', '/v1/chat/completions', 400, 0, 0, 0, 0,"
      "  'request (9001 tokens) exceeds the available context size (8192 tokens)', ''),"
      " (4, 1787217602, 'm', '/v1/chat/completions', 502, 0, 0, 0, 0, '', ''),"
      " (5, 1787217702, 'e', '/v1/embeddings', 200, 0, 90, 0, 5, '', '');");
  const TraceSummary summary = read(place);
  CHECK(totals(summary) == std::multiset<Tokens>{621, 730, 9001});
  std::map<std::string, i64> skipped;
  for (const Skip& skip : summary.skipped) skipped[skip.reason] = skip.count;
  CHECK(skipped == std::map<std::string, i64>{{"embedding", 1}, {"failed", 1}});
}

TEST_CASE("messages of opencode: each step is a call, and what was cached is of the prompt") {
  Place place;
  place.make(
      "create table message (id text primary key, session_id text, time_created int, data text);"
      "create table part (id text primary key, message_id text, session_id text, data text);"
      "insert into message values ('m1', 's', 1787217302000, '{\"role\": \"assistant\", \"modelID\": "
      "\"qwen3:8b\", \"tokens\": {\"input\": 30, \"output\": 4, \"reasoning\": 1, \"cache\": {\"read\": 900, "
      "\"write\": 0}}}'), ('m2', 's', 1787217402000, '{\"role\": \"user\"}'), ('m3', 's', 1787217502000,"
      " '{\"role\": \"assistant\", \"modelID\": \"qwen3:8b\", \"tokens\": {\"input\": 70, \"output\": 6}}');"
      "insert into part values ('p1', 'm3', 's', '{\"type\": \"step-finish\", \"tokens\": {\"input\": 50, "
      "\"output\": 5}}'), ('p2', 'm3', 's', '{\"type\": \"text\", \"text\": \"private\"}'), ('p3', 'm3', 's',"
      " '{\"type\": \"step-finish\", \"tokens\": {\"input\": 70, \"output\": 6}}');");
  CHECK(totals(read(place)) == std::multiset<Tokens>{55, 76, 935});
}

TEST_CASE("beside a program that writes what it has finished is read, and nothing is created") {
  Place place;
  const auto writer = place.real.world().databases.open(place.path, DatabaseMode::write);
  REQUIRE(writer.has_value());
  REQUIRE((*writer)->run(std::string("pragma journal_mode = wal;") + kResponses).has_value());
  REQUIRE(
      (*writer)->run("begin immediate; insert into responses (id, model, options_json, datetime_utc,"
                     " input_tokens, output_tokens) values ('x', 'm', '{}', '2026-11-21', 5000, 1)"));
  const auto names = beside(place);
  CHECK(names.size() == 3);
  CHECK(totals(read(place)) == std::multiset<Tokens>{69});
  REQUIRE((*writer)->run("commit").has_value());
  CHECK(totals(read(place)) == std::multiset<Tokens>{69, 5001});
  CHECK(place.open()->remark.empty());
  CHECK(beside(place) == names);

  // Both files elsewhere, as a program that crashed leaves them.
  Place copy;
  std::filesystem::copy_file(place.path, copy.path);
  std::filesystem::copy_file(place.path + "-wal", copy.path + "-wal");
  CHECK(totals(read(copy)) == std::multiset<Tokens>{69, 5001});
  CHECK(copy.open()->remark.empty());
  CHECK(beside(copy) == std::set<std::string>{"logs.db", "logs.db-wal"});
}

TEST_CASE("a database whose log is not beside it is read, and that is told") {
  Place place;
  place.make(std::string("pragma journal_mode = wal;") + kResponses);
  CHECK(beside(place) == std::set<std::string>{"logs.db"});  // the log is folded in
  const auto reader = place.open();
  REQUIRE(reader.has_value());
  CHECK(reader->remark.find("no write-ahead log beside it") != std::string::npos);
  CHECK(totals(read(place)) == std::multiset<Tokens>{69});
  CHECK(beside(place) == std::set<std::string>{"logs.db"});
}

TEST_CASE("what is written to while it is read as it stands is no result") {
  Place place;
  place.make(std::string("pragma journal_mode = wal;") + kResponses);
  auto reader = place.open();
  REQUIRE(reader.has_value());
  place.make(
      "insert into responses (id, model, options_json, datetime_utc, response) values ('x', 'm', '{}',"
      " '2026-11-21', zeroblob(20000))");
  std::string buffer(1 << 16, ' ');
  Result<std::size_t> got = 1;
  while (got && *got > 0) got = reader->stream->read(buffer.data(), buffer.size());
  REQUIRE_FALSE(got.has_value());
  CHECK(got.error().why == "it was written to while it was read");
}
