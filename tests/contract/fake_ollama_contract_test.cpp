// The fake server against the recordings of the real one: every recorded request that ctxcap makes is sent to
// the fake, and its answer must have the status, the type, the shape and, but for times, sizes and hashes,
// the values of the recorded one.

#include <doctest/doctest.h>
#include <httplib.h>

#include <set>
#include <sstream>

#include "support/fake_ollama.hpp"
#include "support/pattern.hpp"
#include "support/shared.hpp"

using namespace ctxcap;
using test::Json;

namespace {

// What differs between two runs of a real server, or is measured.
const std::set<std::string> kVolatile = {"created_at",    "modified_at",         "expires_at",    "size",
                                         "response",      "total_duration",      "load_duration", "digest",
                                         "eval_duration", "prompt_eval_duration"};

// "<2548 x \"a\">" stands for so many letters.
std::string expanded(const Json& body) {
  static const test::Pattern kRepeat(R"(<([0-9]+) x \\"a\\">)");
  return kRepeat.replaced(body.dump(), [](const test::Pattern::Match& match) {
    return std::string(std::stoul(std::string(match.group)), 'a');
  });
}

std::string without_hashes(const std::string& text) {
  static const test::Pattern kHash("(sha256[:-])[0-9a-f]{64}");
  return kHash.replaced(text,
                        [](const test::Pattern::Match& match) { return std::string(match.group) + "..."; });
}

// Lines in any order: Go shuffles parameters.
std::multiset<std::string> lines_of(const std::string& text) {
  std::multiset<std::string> lines;
  std::istringstream stream(without_hashes(text));
  for (std::string line; std::getline(stream, line);) lines.insert(line);
  return lines;
}

void compare(const Json& got, const Json& want, const std::string& place) {
  CAPTURE(place);
  REQUIRE(std::string(got.type_name()) == want.type_name());
  if (want.is_object()) {
    for (const auto& entry : want.items()) {
      const std::string key = entry.key();
      const Json& value = entry.value();
      CAPTURE(key);
      REQUIRE(got.contains(key));
      if (kVolatile.contains(key)) {
        CHECK(std::string(got[key].type_name()) == value.type_name());
      } else if (key == "modelfile" || key == "parameters") {
        CHECK(lines_of(got[key].get<std::string>()) == lines_of(value.get<std::string>()));
      } else {
        compare(got[key], value, place + "." + key);
      }
    }
    CHECK(got.size() == want.size());
  } else if (want.is_array()) {
    REQUIRE(got.size() == want.size());
    for (std::size_t i = 0; i < want.size(); ++i)
      compare(got[i], want[i], place + "[" + std::to_string(i) + "]");
  } else if (want.is_string()) {
    CHECK(without_hashes(got.get<std::string>()) == without_hashes(want.get<std::string>()));
  } else {
    CHECK(got == want);
  }
}

void compare_bodies(const std::string& got, const std::string& want) {
  const Json one = Json::parse(want, nullptr, false);
  if (!one.is_discarded()) return compare(Json::parse(got), one, "$");
  std::istringstream got_lines(got), want_lines(want);
  for (std::string want_line, got_line; std::getline(want_lines, want_line);) {
    REQUIRE(std::getline(got_lines, got_line));
    const Json json = Json::parse(want_line, nullptr, false);
    if (json.is_discarded()) {
      CHECK(got_line == want_line);
    } else {
      compare(Json::parse(got_line), json, "$");
    }
  }
  CHECK(got_lines.peek() == EOF);
}

// Sends every recorded step that `wanted` accepts and compares; the number of steps sent.
int replay(test::FakeOllama& fake, const std::string& flow, const std::set<std::string>& paths) {
  const auto content = test::shared_file("ollama/flows/" + flow + ".json");
  if (!content) return -1;
  httplib::Client client("127.0.0.1", fake.port());
  int sent = 0;
  const Json recording = Json::parse(*content);
  for (const Json& step : recording["steps"]) {
    httplib::Request request;
    request.method = step["request"]["method"];
    request.path = step["request"]["path"];
    if (!paths.contains(request.path)) continue;
    if (step["request"].contains("body")) request.body = expanded(step["request"]["body"]);
    if (step["request"].contains("raw")) request.body = step["request"]["raw"];
    CAPTURE(flow);
    CAPTURE(sent);
    CAPTURE(request.path);
    const httplib::Result result = client.send(request);
    REQUIRE(result);
    CHECK(result->status == step["status"]);
    CHECK(result->get_header_value("Content-Type") == step["content_type"].get<std::string>());
    compare_bodies(result->body, step["body"]);
    ++sent;
  }
  return sent;
}

// The server that was recorded: CPU only, with the toy models.
bool install_recorded_models(test::FakeOllama& fake) {
  const auto flow = test::shared_file("ollama/flows/create-verify.json");
  if (!flow) return false;
  fake.state().device = test::Device::cpu;
  const Json recording = Json::parse(*flow);
  for (const Json& step : recording["steps"]) {
    if (step["request"]["path"] != "/api/show") continue;
    Json show = Json::parse(step["body"].get<std::string>());
    show["details"]["parent_model"] = "";
    show.erase("system");
    show.erase("parameters");
    fake.state().install_show("tiny-llama", show.dump(), "",
                              "1e06090f21bd9c6b09dcd72166b85fec7d23f2cee3a4432ac274a2f2da09b310", 230574);
    show["model_info"]["llama.context_length"] = 65536;
    show["details"]["parameter_size"] = "759K";
    fake.state().install_show("tiny-fat", show.dump(), "",
                              "bb318e1888f78dde3bea21d935b1a3e2a2e4c0ecf78b89ae29e3b1d0dd016a56", 1531150);
    show["model_info"]["tokenizer.ggml.add_bos_token"] = false;
    fake.state().install_show("tiny-qwen3", show.dump());
  }
  return true;
}

const std::set<std::string> kAll = {
    "/",           "/api/version", "/api/tags",   "/api/ps",       "/api/show",
    "/api/create", "/api/copy",    "/api/delete", "/api/generate", "/api/nothing"};

}  // namespace

TEST_CASE("the fake answers the main story as the real server did") {
  test::FakeOllama fake;
  if (!install_recorded_models(fake)) return;
  CHECK(replay(fake, "create-verify", kAll) == 13);
  CHECK(fake.state().names() == std::vector<std::string>{"tiny-fat:latest", "tiny-llama:latest",
                                                         "tiny-llama:triage", "tiny-qwen3:latest"});
}

TEST_CASE("the fake fails as the real server did") {
  test::FakeOllama fake;
  if (!install_recorded_models(fake)) return;
  CHECK(replay(fake, "show-errors", kAll) == 7);
  CHECK(replay(fake, "create-errors", kAll) == 13);
}

TEST_CASE("the fake's /api/ps misleads as the real one does") {
  test::FakeOllama fake;
  if (!install_recorded_models(fake)) return;
  CHECK(replay(fake, "clamp", kAll) == 8);
  fake.state().runners.clear();
  CHECK(replay(fake, "create-verify", {"/api/create"}) == 2);  // makes the variant that the next two use
  CHECK(replay(fake, "same-window-keeps-old-name", kAll) == 3);
  CHECK(replay(fake, "request-overrides-cap", kAll) == 2);
}

TEST_CASE("the fake cuts prompts as the real server did") {
  test::FakeOllama fake;
  if (!install_recorded_models(fake)) return;
  CHECK(replay(fake, "truncation", {"/api/generate"}) == 8);
}

TEST_CASE("version, root and an empty /api/ps are those of the real server") {
  test::FakeOllama fake;
  CHECK_NOTHROW(replay(fake, "basics", {"/", "/api/version", "/api/ps"}));
}

TEST_CASE("weights that change under a name leave the old runner beside the new one") {
  test::FakeOllama fake;
  fake.state().install("base", "weights-1");
  fake.state().handle("POST", "/api/generate", R"({"model":"base"})");
  fake.state().install("base", "weights-2");
  fake.state().handle("POST", "/api/generate", R"({"model":"base"})");
  const Json rows = Json::parse(fake.state().handle("GET", "/api/ps", "").body)["models"];
  REQUIRE(rows.size() == 2);
  CHECK(rows[0]["name"] == rows[1]["name"]);
  CHECK(rows[0]["digest"] != rows[1]["digest"]);
  fake.state().handle("POST", "/api/generate", R"({"model":"base","keep_alive":0})");
  CHECK(Json::parse(fake.state().handle("GET", "/api/ps", "").body)["models"].size() == 1);
}

TEST_CASE("a fault hits the requests it was set for, and no others") {
  test::FakeOllama fake;
  fake.fail({.kind = test::FaultKind::server_error, .first = 2, .path = "/api/version"});
  httplib::Client client("127.0.0.1", fake.port());
  CHECK(client.Get("/api/version")->status == 200);
  CHECK(client.Get("/api/tags")->status == 200);
  CHECK(client.Get("/api/version")->status == 500);
  CHECK(client.Get("/api/version")->status == 200);
  CHECK(fake.diary() == std::vector<std::string>{"GET /api/version", "GET /api/tags", "GET /api/version",
                                                 "GET /api/version"});
}
