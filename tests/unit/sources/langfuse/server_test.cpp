#include <doctest/doctest.h>

#include "base/web.hpp"
#include "sources/langfuse/pace.hpp"
#include "sources/langfuse/paths.hpp"
#include "sources/langfuse/server.hpp"
#include "sources/sources.hpp"
#include "support/fake_files.hpp"
#include "unit/sources/variables.hpp"

using namespace ctxcap;
using namespace ctxcap::test;
using namespace std::chrono_literals;

namespace {

// With the usual names of keys.
Result<sources::langfuse::Server> find_server(const std::string& url, Environment& environment,
                                              Files& files) {
  const SourceSettings source{.kind = find_kind(sources::kinds(), "langfuse")};
  return sources::langfuse::find_server(url, sources::Credentials(source, environment, files));
}

bool is_in_environment(Environment& environment) {
  FakeFiles files;
  const SourceSettings source{.kind = find_kind(sources::kinds(), "langfuse")};
  return sources::langfuse::is_in_environment(sources::Credentials(source, environment, files));
}

}  // namespace

TEST_CASE("addresses are taken as people paste them") {
  struct Row {
    const char *given, *base;
  };
  Variables environment;
  environment.all = {{"LANGFUSE_PUBLIC_KEY", "pk-lf-1"}, {"LANGFUSE_SECRET_KEY", "sk-lf-2"}};
  FakeFiles files;
  for (const Row& row : std::initializer_list<Row>{{"https://a.example.org", "https://a.example.org"},
                                                   {"https://a.example.org///", "https://a.example.org"},
                                                   {" http://a:3000/api/public/ ", "http://a:3000"},
                                                   {"http://a/lf/api/public/v2/observations", "http://a/lf"},
                                                   {"http://a/langfuse/", "http://a/langfuse"},
                                                   {"", "https://cloud.langfuse.com"}}) {
    CAPTURE(row.given);
    const auto server = find_server(row.given, environment, files);
    REQUIRE(server);
    CHECK(server->url == row.base);
  }
  for (const char* wrong :
       {"a.example.org", "ftp://a", "http://", "https:///", "http://pk:sk@a", "http://a/?x=1"}) {
    CAPTURE(wrong);
    const auto server = find_server(wrong, environment, files);
    REQUIRE_FALSE(server);
    CHECK(server.error().kind == ErrorKind::usage);
  }
}

TEST_CASE("the newer variable wins, keys may be in files or in the credentials of a service") {
  Variables environment;
  FakeFiles files;
  CHECK_FALSE(is_in_environment(environment));
  environment.all = {{"LANGFUSE_HOST", "http://old"}, {"LANGFUSE_PUBLIC_KEY", "pk-lf-1"}};
  CHECK(is_in_environment(environment));
  auto server = find_server("", environment, files);
  REQUIRE_FALSE(server);
  CHECK(server.error().why == "LANGFUSE_SECRET_KEY and LANGFUSE_SECRET_KEY_FILE are not set");
  environment.all["CREDENTIALS_DIRECTORY"] = "/run/credentials";
  files.files["/run/credentials/LANGFUSE_SECRET_KEY"] = "sk-lf-3\n";
  server = find_server("", environment, files);
  REQUIRE(server);
  CHECK(server->url == "http://old");
  CHECK(server->secret == "sk-lf-3");
  environment.all["LANGFUSE_SECRET_KEY_FILE"] = "key";
  environment.all["LANGFUSE_BASE_URL"] = "http://new";
  files.files["key"] = "sk-lf-4\n";
  server = find_server("", environment, files);
  REQUIRE(server);
  CHECK(server->url == "http://new");
  CHECK(server->secret == "sk-lf-4");
  environment.all = {{"LANGFUSE_PUBLIC_KEY", "sk-lf-1"}, {"LANGFUSE_SECRET_KEY", "pk-lf-1"}};
  server = find_server("", environment, files);
  REQUIRE_FALSE(server);
  CHECK(server.error().hint == "exchange the two");
}

TEST_CASE("requests: known parameters, percent-encoded, as long as they must be") {
  sources::langfuse::Query query;
  query.models = {"a:b"};
  query.environments = {"x y"};
  sources::langfuse::Window window{.from = 0, .to = 1'500, .limit = 1000, .cursor = "a+/="};
  const std::string path = sources::langfuse::path_of(sources::langfuse::Api::v2, window, query);
  CHECK(path.starts_with(
      "/api/public/v2/observations?limit=1000&fields=basic%2Ctime%2Cmodel%2Cusage%2Cprompt%2Ctrace_"
      "context&fromStartTime=1970-01-01T00%3A00%3A00Z&toStartTime=1970-01-01T00%3A00%3A01.500Z&filter="));
  CHECK(path.find("ollama_chat%2Fa%3Ab") != std::string::npos);
  CHECK(path.ends_with("&environment=x%20y&cursor=a%2B%2F%3D"));
  window.walk = sources::langfuse::Walk::borders;
  window.traces.assign(sources::langfuse::kMostTraces, std::string(36, 'f'));
  CHECK(sources::langfuse::path_of(sources::langfuse::Api::v2, window, query).size() < 8'000);
  CHECK(basic_auth("pk", "sk") == "Basic cGs6c2s=");
  CHECK(basic_auth("a", "b") == "Basic YTpi");
  CHECK(basic_auth("ab", "c") == "Basic YWI6Yw==");
}

TEST_CASE("pace: nothing is known before a refusal; after one, one less than the limit in each period") {
  sources::langfuse::Pace pace;
  for (int i = 0; i < 100; ++i) pace.started(0s);
  CHECK(pace.next(5s) == 5s);
  pace.refused(5s, 10s, 4);
  CHECK(pace.next(6s) == 15s);
  for (const auto at : {15s, 16s, 20s}) {
    CHECK(pace.next(at) == at);
    pace.started(at);
  }
  CHECK(pace.next(21s) == 76s);
  CHECK(pace.next(76s) == 76s);
  pace.started(76s);
  CHECK(pace.next(77s) == 77s);
  pace.refused(80s, 3s, std::nullopt);
  CHECK(pace.next(81s) == 83s);
}
