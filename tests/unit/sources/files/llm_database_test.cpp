// The database of the command-line tool llm, as its versions 0.27 and 0.36 make it.

#include <doctest/doctest.h>

#include "ingest/ingest.hpp"
#include "io/io.hpp"
#include "sources/files/llm_database.hpp"

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
  Result<std::unique_ptr<ByteReader>> open() {
    return sources::open_llm_database(path, real.world().databases);
  }
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

}  // namespace

TEST_CASE("the calls of both tables come as rows that can be read, without anybody's text") {
  Place place;
  place.make(std::string(kTurns) + kResponses);
  CHECK(sources::is_database((*place.real.world().files.map(place.path))->bytes()));
  auto reader = place.open();
  REQUIRE(reader.has_value());
  const std::string text = all_of(**reader, 7);
  CHECK(text.find("private") == std::string::npos);
  CHECK(text.starts_with(R"({"id":"00a","model":"tiny-llama:latest","options_json":"{\"num_predict\": 8}",)"
                         R"("input_tokens":61,"output_tokens":8,"datetime_utc":"2026-11-20T00:00:00+00:00"})"
                         "\n"));
  CHECK(text.find(R"("done_reason":"length")") != std::string::npos);

  ingest::Ingestor ingestor;
  std::string_view rest = text;
  REQUIRE(ingestor
              .stream("logs.db",
                      [&](char* into, std::size_t room) -> Result<std::size_t> {
                        const std::size_t size = rest.copy(into, room);
                        rest.remove_prefix(size);
                        return size;
                      })
              .has_value());
  const Result<TraceSummary> finished = std::move(ingestor).finish();
  REQUIRE(finished.has_value());
  const TraceSummary& summary = *finished;
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
  CHECK(all_of(**reader, 4096) ==
        R"({"id":"a","model":"m","options_json":"{}","input_tokens":null,"output_tokens":null,)"
        R"("datetime_utc":"2024-01-01"})"
        "\n");
}

TEST_CASE("other databases are refused by their tables") {
  Place place;
  place.make("create table users (id); create table photos (id)");
  const auto reader = place.open();
  REQUIRE_FALSE(reader.has_value());
  CHECK(reader.error().kind == ErrorKind::usage);
  CHECK(reader.error().why == "it is an SQLite database, and none of llm's: its tables are photos, users");
  place.path += "-none";
  CHECK(place.open().error().kind == ErrorKind::usage);
}
