// What people are told: over the recordings of a real server, and for what goes wrong at a start.

#include <doctest/doctest.h>

#include <filesystem>

#include "sources/langfuse/answers.hpp"
#include "sources/langfuse/reader.hpp"
#include "sources/langfuse/walk.hpp"
#include "support/shared.hpp"
#include "unit/sources/langfuse/pulling.hpp"

using namespace ctxcap;
using namespace ctxcap::test;
using sources::langfuse::Act;

namespace {

const sources::langfuse::Server kServer{"https://langfuse.example.org", FakeLangfuse::kPublic,
                                        FakeLangfuse::kSecret};

struct Recording {
  std::string path;
  HttpResponse response;
};

// nullopt: a measurement, not an exchange; or one that was not read as rows.
std::optional<Recording> read_recording(const std::string& text) {
  const auto parsed = nlohmann::json::parse(text, nullptr, false);
  if (!parsed.is_object() || !parsed.contains("status") || parsed.at("request").at("method") != "GET")
    return std::nullopt;
  Recording recording;
  recording.path = parsed.at("request").at("url");
  recording.path = recording.path.substr(0, recording.path.find('?'));
  recording.response.status = parsed.at("status");
  recording.response.body =
      parsed.at("body").is_string() ? parsed.at("body").get<std::string>() : parsed.at("body").dump();
  for (const auto& header : parsed.at("headers")) {
    std::string name = header.at(0);
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    recording.response.headers[name] = header.at(1);
  }
  return recording;
}

std::optional<Recording> recorded(const std::string& name) {
  const auto text = shared_file("langfuse/real/" + name + ".json");
  return text ? read_recording(*text) : std::nullopt;
}

}  // namespace

TEST_CASE("every recorded page gives its rows, and every recorded refusal an advice in three lines") {
  const std::filesystem::path folder = std::string(CTXCAP_SHARED) + "/langfuse/real";
  if (!std::filesystem::exists(folder)) {
    MESSAGE("skipped: ../shared/langfuse/real is not here");
    return;
  }
  i64 pages = 0, refusals = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (entry.path().extension() != ".json") continue;
    CAPTURE(name);
    const auto recording = read_recording(*shared_file("langfuse/real/" + name));
    if (!recording) continue;
    const auto verdict = sources::langfuse::judge(kServer, recording->path, recording->response);
    if (verdict.act != Act::use) {
      ++refusals;
      CHECK_FALSE(verdict.error.what.empty());
      CHECK_FALSE(verdict.error.why.empty());
      CHECK_FALSE(verdict.error.hint.empty());
      CHECK(verdict.error.why.find("\n") == std::string::npos);
      CHECK(verdict.error.why.size() < 600);
      continue;
    }
    const bool lists = recording->path.ends_with("/observations") || recording->path.ends_with("/traces") ||
                       recording->path.ends_with("/models");
    const auto parsed = nlohmann::json::parse(recording->response.body, nullptr, false);
    if (!lists || !parsed.is_object()) continue;  // a compressed body is kept as it was on the wire
    ++pages;
    std::string text = recording->response.body;
    const auto page = sources::langfuse::Reader().page(text);
    REQUIRE(page);
    REQUIRE(page->rows.size() == parsed.at("data").size());
    CHECK(page->cursor == parsed.at("meta").value("cursor", std::string()));
    CHECK(page->total_pages == parsed.at("meta").value("totalPages", i64{0}));
    for (std::size_t i = 0; i < page->rows.size(); ++i) {
      const sources::langfuse::Row& row = page->rows[i];
      const auto& wanted = parsed.at("data").at(i);
      CHECK(nlohmann::json::parse(row.text) == wanted);
      CHECK(row.id == wanted.at("id").get<std::string>());
      const auto parent = wanted.value("parentObservationId", nlohmann::json());
      CHECK(row.nested() == (parent.is_string() && parent != ""));
      const auto kept = nlohmann::json::parse(sources::langfuse::needed_of(row.text, false));
      for (const char* key : {"input", "output", "metadata", "userId", "sessionId", "release", "version"})
        CHECK_FALSE(kept.contains(key));
      for (const char* key : {"id", "traceId", "startTime", "model", "usageDetails", "tags", "traceName"}) {
        if (wanted.contains(key)) CHECK(kept.at(key) == wanted.at(key));
      }
    }
  }
  CHECK(pages > 60);
  CHECK(refusals > 60);
}

TEST_CASE("keys never stand in an error, and a short one does not turn its letters into asterisks") {
  const Error error{.what = "pk-1234 and sk-5678", .why = "GET /api/public: 401", .hint = "a blank page"};
  const Error shown = sources::langfuse::without_keys({"https://x", "pk-1234", "sk-5678"}, error);
  CHECK(shown.what == "*** and ***");
  for (const char* key : {"a", "pu", "api"}) {
    CAPTURE(key);
    const Error same = sources::langfuse::without_keys({"https://x", key, key}, error);
    CHECK((same.what == error.what && same.why == error.why && same.hint == error.hint));
  }
}

TEST_CASE("recorded refusals mean what they mean") {
  struct Row {
    const char* name;
    Act act;
    const char* what;
    const char* hint;  // a part
  };
  for (const Row& row : std::initializer_list<Row>{
           {"41_double_slash", Act::stop, "https://langfuse.example.org redirects elsewhere",
            "LANGFUSE_BASE_URL"},
           {"41_trailing_slash", Act::stop, "https://langfuse.example.org redirects elsewhere",
            "LANGFUSE_BASE_URL"},
           {"41_unknown_api_path", Act::other_api, "there is no Langfuse API at https://langfuse.example.org",
            "base path"},
           {"41_root", Act::stop, "https://langfuse.example.org gave an unusable answer", "base path"},
           {"30_eo_v1_list", Act::other_api, "https://langfuse.example.org has no observations to read", ""},
           {"52_legacy_nopreview_v2", Act::other_api,
            "https://langfuse.example.org has no observations to read", ""},
           {"40_wrong_secret", Act::stop, "https://langfuse.example.org refused the keys",
            "LANGFUSE_SECRET_KEY"},
           {"44_key_created_after_first_try", Act::stop, "https://langfuse.example.org refused the keys",
            "5 minutes"},
           {"62_org_key", Act::stop, "https://langfuse.example.org does not let these keys read",
            "organisation"},
           {"16_v2_date_no_zone", Act::stop, "https://langfuse.example.org refused the request", "--from"},
           {"15_v2_limit_frac", Act::retry_if_it_worked, "https://langfuse.example.org failed",
            "log of the Langfuse server"},
           {"63_clickhouse_down_v2", Act::retry, "https://langfuse.example.org cannot reach its database",
            "log"},
           {"60_fault_drop_v2", Act::retry, "https://langfuse.example.org cannot reach its database", "log"},
           {"60_fault_other_v2", Act::retry, "https://langfuse.example.org cannot answer now", "log"},
           {"60_fault_timeout_v2", Act::narrow, "https://langfuse.example.org ran out of time or memory",
            "--from"},
           {"60_fault_memory_v1_dual", Act::narrow, "https://langfuse.example.org ran out of time or memory",
            "--from"},
           {"62_big_io_limit1000", Act::smaller, "https://langfuse.example.org cannot answer in one piece",
            ""},
           {"64_pg_down_v2_uncached_key", Act::retry, "https://langfuse.example.org cannot answer now", ""},
           {"70_cloud_429_v1", Act::wait, "https://langfuse.example.org allows no more requests for now",
            "later"},
       }) {
    CAPTURE(row.name);
    const auto recording = recorded(row.name);
    if (!recording) continue;
    const auto verdict = sources::langfuse::judge(kServer, recording->path, recording->response);
    CHECK(verdict.act == row.act);
    CHECK(verdict.error.what == row.what);
    CHECK(verdict.error.hint.find(row.hint) != std::string::npos);
  }
  if (const auto limited = recorded("70_cloud_429_v1")) {
    const auto verdict = sources::langfuse::judge(kServer, limited->path, limited->response);
    CHECK(verdict.wait == std::chrono::seconds(59));
    CHECK(verdict.limit == 15);
  }
  const auto too_long = sources::langfuse::judge(kServer, "/x", {.status = 431});
  CHECK(too_long.act == Act::stop);
  CHECK(too_long.error.why == "GET https://langfuse.example.org/x: 431 an empty answer");
  const auto plain =
      sources::langfuse::judge(kServer, "/x", {.status = 429, .body = "429 - rate limit exceeded"});
  CHECK(plain.act == Act::wait);
  CHECK(plain.wait.count() > 0);
  CHECK_FALSE(plain.limit);
}

TEST_CASE("what is wrong at the start is told in three lines, and no key is in them") {
  struct Row {
    const char* name;
    void (*set)(Pulling&);
    ErrorKind kind;
    const char* what;
  };
  for (const Row& row : std::initializer_list<Row>{
           {"wrong keys",
            [](Pulling& it) {
              it.options.server.secret = "sk-lf-abcdefghijX";
              it.fake.gives_keys_back = true;
            },
            ErrorKind::unreachable, "https://langfuse.example.org refused the keys"},
           {"organisation key", [](Pulling& it) { it.fake.organisation_key = true; }, ErrorKind::unreachable,
            "https://langfuse.example.org does not let these keys read"},
           {"no answer",
            [](Pulling& it) {
              for (i64 i = 1; i < 9; ++i) it.fake.faults[i] = LangfuseFault::dropped;
            },
            ErrorKind::unreachable, "no answer"},
           {"another web site", [](Pulling& it) { it.fake.base_path = "/langfuse"; }, ErrorKind::unreachable,
            "there is no Langfuse API at https://langfuse.example.org"},
           {"empty project",
            [](Pulling& it) {
              it.fake.rows.clear();
              it.fake.mode = LangfuseMode::both;
            },
            ErrorKind::withheld, "the project of these keys is empty"},
           {"too old an SDK", [](Pulling& it) { it.fake.rows.clear(); }, ErrorKind::withheld,
            "the project of these keys is empty"},
           {"other days", [](Pulling& it) { it.options.query.from = parse_time("2026-08-19T00:00:00Z"); },
            ErrorKind::withheld, "no model calls from 2026-08-19T00:00:00Z to 2026-08-19T23:30:00Z"},
           {"no days", [](Pulling& it) { it.options.query.from = parse_time("2026-08-19T23:45:00Z"); },
            ErrorKind::usage, "the period is empty"},
           {"never well",
            [](Pulling& it) {
              for (i64 i = 2; i < 99; ++i) it.fake.faults[i] = LangfuseFault::failed_500;
            },
            ErrorKind::unreachable, "https://langfuse.example.org failed"},
       }) {
    const std::string name = row.name;
    CAPTURE(name);
    Pulling it;
    fill_project(it.fake, 1'200, kBegin, 60'000);
    row.set(it);
    const auto told = it.pull();
    REQUIRE_FALSE(told);
    CHECK(told.error().kind == row.kind);
    CHECK(told.error().what == row.what);
    CHECK_FALSE(told.error().why.empty());
    CHECK_FALSE(told.error().hint.empty());
    it.check_no_keys(told.error());
    CHECK_FALSE(it.files.files.contains("calls.jsonl"));
  }
}

TEST_CASE("a failure of the server itself is tried three times, not for ever") {
  Pulling it;
  fill_project(it.fake, 9, kBegin, 60'000);
  for (i64 i = 1; i < 99; ++i) it.fake.faults[i] = LangfuseFault::failed_500;
  REQUIRE_FALSE(it.pull());
  CHECK(it.fake.diary.size() == 3);
}

TEST_CASE("a limit per day is not waited for") {
  Pulling it;
  FakeClock clock;
  class Daily final : public Http {
   public:
    Result<HttpResponse> send(const HttpRequest&) override {
      return HttpResponse{.status = 429, .headers = {{"retry-after", "86400"}}, .body = "{}"};
    }
  } http;
  const auto told = sources::langfuse::pull(it.options, "x.jsonl", {http, clock, it.files}, {});
  REQUIRE_FALSE(told);
  CHECK(told.error().why.find("come back in 1,440 minutes") != std::string::npos);
  CHECK(clock.sleeps == 0);
}
