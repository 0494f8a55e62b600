#include "history/prometheus.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "io/io.hpp"
#include "support/fake_clock.hpp"

using namespace ctxcap;

namespace {

constexpr Bytes kMiB = 1 << 20;

struct Server final : Http {
  std::vector<HttpRequest> asked;
  std::function<HttpResponse(const std::string& metric, i64 end)> answer;

  Result<HttpResponse> send(const HttpRequest& request) override {
    asked.push_back(request);
    const std::size_t open = request.body.find("%5B"), time = request.body.find("&time=");
    REQUIRE(open != std::string::npos);
    return answer(request.body.substr(6, open - 6), std::stoll(request.body.substr(time + 6)));
  }
};

struct Variables final : Environment {
  std::map<std::string, std::string> values;
  std::optional<std::string> get(const std::string& name) override {
    return values.contains(name) ? std::optional(values[name]) : std::nullopt;
  }
};

HttpResponse matrix(const std::string& rows) {
  return {.status = 200,
          .body = R"({"status":"success","data":{"resultType":"matrix","result":[)" + rows + "]}}"};
}

struct Place {
  io::RealWorld real;
  World all = real.world();
  Server server;
  Variables variables;
  test::FakeClock clock;
  World world{server, all.processes, clock, all.files, all.console, variables, all.databases, all.interrupts};
  history::Joined joined{{}};

  Instant ago(i64 seconds) { return {clock.now().micros - seconds * 1'000'000}; }
  i64 now() { return clock.now().micros / 1'000'000; }
};

}  // namespace

TEST_CASE("samples as they were stored, a day at a time, each once") {
  Place place;
  const i64 now = place.now(), border = now - 86'400;
  place.server.answer = [&](const std::string& metric, i64 end) {
    const std::string value = metric == "nvidia_smi_memory_used_bytes"               ? "9000"
                              : metric == "nvidia_smi_memory_total_bytes"            ? "24000"
                              : metric == "nvidia_smi_memory_reserved_bytes"         ? "300"
                              : metric == "nvidia_smi_compute_app_used_memory_bytes" ? "8000"
                                                                                     : "";
    if (value.empty()) return matrix("");
    // A range of both ends: the sample on the border comes in both days.
    std::string values;
    for (const i64 at : {border - 15, border, border + 15}) {
      if (at > end || at < end - 86'400) continue;
      values += fmt::format("{}[{},\"{}\"]", values.empty() ? "" : ",", at, std::stoll(value) * kMiB);
    }
    return matrix(fmt::format(
        R"({{"metric":{{"uuid":"00000000-0000-0000-0000-000000000000","pid":"7","process_name":"/usr/lib/ollama/llama-server"}},"values":[{}]}})",
        values));
  };
  REQUIRE(
      history::read_prometheus("http://localhost:9090/", place.ago(2 * 86'400), place.world, place.joined));
  const auto cards = std::move(place.joined).finish();
  REQUIRE(cards.size() == 1);
  CHECK(cards[0].card.uuid == "GPU-00000000-0000-0000-0000-000000000000");
  CHECK(cards[0].card.total == 24'000 * kMiB);
  CHECK(cards[0].card.reserved == 300 * kMiB);
  REQUIRE(cards[0].samples.size() == 3);
  for (const CardSample& sample : cards[0].samples) {
    CHECK(sample.used == 9'000 * kMiB);
    REQUIRE(sample.held.size() == 1);
    CHECK(sample.held[0].pid == 7);
  }
  CHECK(cards[0].tenants[0].kind == TenantKind::ollama);
  CHECK(place.server.asked[0].url == "http://localhost:9090/api/v1/query");
  CHECK(place.server.asked[0].method == "POST");
}

TEST_CASE("exporters without a total: what is used, free and kept is all of it") {
  Place place;
  place.server.answer = [&](const std::string& metric, i64) {
    const std::string value = metric == "DCGM_FI_DEV_FB_USED"       ? "1000"
                              : metric == "DCGM_FI_DEV_FB_FREE"     ? "23000"
                              : metric == "DCGM_FI_DEV_FB_RESERVED" ? "500"
                                                                    : "";
    if (value.empty()) return matrix("");
    return matrix(
        fmt::format(R"({{"metric":{{"UUID":"GPU-1"}},"values":[[{},"{}"],[{},"NaN"],["x","1"],7]}})",
                    place.now() - 10, value, place.now() - 5));
  };
  REQUIRE(history::read_prometheus("http://localhost:9090", place.ago(3'600), place.world, place.joined));
  const auto cards = std::move(place.joined).finish();
  REQUIRE(cards.size() == 1);
  CHECK(cards[0].card.total == 24'500 * kMiB);
  CHECK(cards[0].card.usable() == 24'000 * kMiB);
  CHECK(cards[0].samples.size() == 1);
}

TEST_CASE("refusals are told in their own words") {
  struct Row {
    HttpResponse response;
    const char* why;
    const char* hint;
  };
  const Row rows[] = {
      {{.status = 401, .body = "Unauthorized\n"}, "asks for credentials", "PROMETHEUS_TOKEN"},
      {{.status = 404, .body = "404 page not found\n"}, "HTTP 404", "before /api/v1"},
      {{.status = 422, .body = R"({"status":"error","errorType":"execution","error":"too many points"})"},
       "HTTP 422: too many points",
       "--from"},
      {{.status = 503, .body = R"({"status":"error","errorType":"timeout","error":"query timed out"})"},
       "query timed out",
       "try again"},
      {{.status = 200, .body = "<html>"}, "none of Prometheus' API", "before /api/v1"}};
  for (const Row& row : rows) {
    CAPTURE(row.why);
    Place place;
    place.server.answer = [&](const std::string&, i64) { return row.response; };
    const Status read =
        history::read_prometheus("http://localhost:9090", place.ago(3'600), place.world, place.joined);
    REQUIRE(!read);
    CHECK(read.error().kind == ErrorKind::unreachable);
    CHECK(read.error().why.find(row.why) != std::string::npos);
    CHECK(read.error().hint.find(row.hint) != std::string::npos);
  }
}

TEST_CASE("a server without an exporter of cards") {
  Place place;
  place.server.answer = [](const std::string&, i64) { return matrix(""); };
  const Status read =
      history::read_prometheus("http://localhost:9090", place.ago(3'600), place.world, place.joined);
  REQUIRE(!read);
  CHECK(read.error().kind == ErrorKind::withheld);
}

TEST_CASE("credentials go along, and are in no error") {
  for (const bool token : {true, false}) {
    Place place;
    if (token) {
      place.variables.values = {{"PROMETHEUS_TOKEN", "a-secret"}};
    } else {
      place.variables.values = {{"PROMETHEUS_USER", "u"}, {"PROMETHEUS_PASSWORD", "a-secret"}};
    }
    place.server.answer = [](const std::string&, i64) { return HttpResponse{.status = 403, .body = "no"}; };
    const Status read =
        history::read_prometheus("http://localhost:9090", place.ago(3'600), place.world, place.joined);
    REQUIRE(!read);
    CHECK(read.error().why.find("does not take these") != std::string::npos);
    CHECK((read.error().what + read.error().why + read.error().hint).find("a-secret") == std::string::npos);
    CHECK(place.server.asked[0].headers.back().second ==
          (token ? "Bearer a-secret" : "Basic dTphLXNlY3JldA=="));
  }
}
