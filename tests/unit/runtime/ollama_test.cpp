// The single calls, and what garbage does to them.

#include "story.hpp"

using namespace ctxcap;
using namespace ctxcap::test;

TEST_CASE("every call gives what the server said") {
  Story story;
  runtime::Ollama ollama = story.ollama();
  CHECK(ollama.version() == "0.33.0-rc2");
  const auto installed = ollama.installed();
  REQUIRE(installed);
  REQUIRE(installed->size() == 1);
  CHECK(installed->front().name == "tiny:latest");
  CHECK(installed->front().digest == story.fake.state().find("tiny")->digest);
  CHECK(installed->front().size == 230574);
  const auto show = ollama.show("tiny");
  REQUIRE(show);
  CHECK(Json::parse(*show)["model_info"]["llama.block_count"] == 2);

  REQUIRE(ollama.load("tiny"));
  const auto running = ollama.running();
  REQUIRE(running);
  REQUIRE(running->size() == 1);
  CHECK(running->front().context_length == 4096);
  CHECK(running->front().size_vram == running->front().size);
  REQUIRE(ollama.unload("tiny"));
  CHECK(ollama.wait_until_gone([](const RunningModel&) { return true; }) == true);

  REQUIRE(ollama.copy("tiny", "tiny:copy"));
  CHECK(ollama.remove("tiny:copy") == runtime::Removal::removed);
  CHECK(ollama.remove("tiny:copy") == runtime::Removal::was_absent);
}

TEST_CASE("a verbose show is asked for as such") {
  Story story;
  const std::string plain = story.fake.state().handle("POST", "/api/show", R"({"model":"tiny"})").body;
  Json verbose = Json::parse(plain);
  verbose["model_info"]["tokenizer.ggml.tokens"] = {"a", "b"};
  story.fake.state().install_show("tiny", plain, verbose.dump());
  runtime::Ollama ollama = story.ollama();
  CHECK(Json::parse(*ollama.show("tiny"))["model_info"]["tokenizer.ggml.tokens"].is_null());
  CHECK(Json::parse(*ollama.show("tiny", runtime::Detail::verbose))["model_info"]["tokenizer.ggml.tokens"]
            .size() == 2);
}

TEST_CASE("a model that is not installed is named, with the command that installs it") {
  Story story;
  const auto show = story.ollama().show("nope");
  REQUIRE_FALSE(show);
  CHECK(show.error().kind == ErrorKind::failure);
  CHECK(show.error().what == "the model nope is not installed");
  CHECK(show.error().why.find("404 model 'nope:latest' not found") != std::string::npos);
  CHECK(show.error().hint == "install it with: ollama pull nope");
}

TEST_CASE("waiting for a model to go ends, on the clock, when it does not") {
  Story story;
  runtime::Ollama ollama = story.ollama();
  REQUIRE(ollama.load("tiny"));
  const auto begin = story.clock.elapsed();
  CHECK(ollama.wait_until_gone([](const RunningModel&) { return true; }) == false);
  CHECK(story.clock.elapsed() - begin >= story.patience.gone);
}

TEST_CASE("no answer of the server can throw") {
  const char* const bodies[] = {"",
                                "null",
                                "[]",
                                "3",
                                "\"text\"",
                                "{\"models\":3}",
                                "{\"models\":[3,null,{\"name\":7,\"size\":\"x\"}]}",
                                "{\"models\":[{\"size\":1e400,\"digest\":{}}]}",
                                "{\"models\":[{\"size\":18446744073709551615}]}",
                                "{\"models\":[{\"size\":1.5,\"context_length\":-1e30}]}",
                                "{\"version\":[]}",
                                "\xFF\xFE",
                                "{\"done\":\"yes\"}",
                                "{\"error\":{\"message\":{\"error\":[]}}}",
                                "{\"error\":\"{\\\"error\\\":\"}"};
  class Scripted final : public Http {
   public:
    Result<HttpResponse> send(const HttpRequest&) override {
      return HttpResponse{.status = status, .body = body};
    }
    int status = 200;
    std::string body;
  } http;
  FakeClock clock;
  runtime::Ollama ollama(http, clock, *runtime::parse_host(""));
  for (const char* body : bodies) {
    for (const int status : {200, 400, 500}) {
      CAPTURE(body);
      CAPTURE(status);
      http.body = body;
      http.status = status;
      CHECK_NOTHROW([&] {
        CHECK_FALSE(ollama.version());
        CHECK_FALSE(ollama.load("tiny"));
        CHECK_FALSE(ollama.create(triage()));
        const auto installed = ollama.installed(), again = ollama.installed();
        const auto running = ollama.running();
        CHECK(installed.has_value() == running.has_value());
        CHECK((status == 200 || !installed));
      }());
    }
  }
}

TEST_CASE("an error inside an error is read, and nothing unprintable gets out") {
  class Scripted final : public Http {
   public:
    Result<HttpResponse> send(const HttpRequest&) override {
      return HttpResponse{.status = 400, .body = body};
    }
    std::string body;
  } http;
  FakeClock clock;
  runtime::Ollama ollama(http, clock, *runtime::parse_host(""));
  http.body =
      R"({"error":"{\"error\":{\"code\":400,\"message\":\"request (5001 tokens) exceeds\",\"type\":\"x\"}}"})";
  CHECK(ollama.load("tiny").error().why.find(": 400 request (5001 tokens) exceeds") != std::string::npos);
  http.body = "{\"error\":\"a\\u001b[31mred\\nline\"}";
  CHECK(ollama.load("tiny").error().why.find("a?[31mred?line") != std::string::npos);
}
