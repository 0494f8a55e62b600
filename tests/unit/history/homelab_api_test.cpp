#include <doctest/doctest.h>

#include "card/card.hpp"
#include "history/homelab.hpp"
#include "io/io.hpp"
#include "support/fake_clock.hpp"
#include "support/shared.hpp"

using namespace ctxcap;

namespace {

struct Dashboard final : Http {
  HttpResponse answer;
  std::string asked, only;  // only: what else is asked for is not there; "": all is
  Result<HttpResponse> send(const HttpRequest& request) override {
    asked = request.url;
    if (!only.empty() && asked.find(only) == std::string::npos) return HttpResponse{.status = 404};
    return answer;
  }
};

struct Monitor {
  io::RealWorld real;
  World all = real.world();
  Dashboard http;
  test::FakeClock clock;
  World world{http,        all.processes,   clock,         all.files,
              all.console, all.environment, all.databases, all.interrupts};
  history::Joined joined{{}};

  Status read(std::string body, int status = 200, std::optional<Instant> from = {}) {
    http.answer = {.status = status, .body = std::move(body)};
    return history::read_homelab_api("http://box:9800/", from, world, joined);
  }
};

}  // namespace

TEST_CASE("homelab-monitor's API as it answered: averages, and the highest of each") {
  const auto body = test::shared_file("card/homelab-monitor/v0.6.0/hm06-api_data-1h.json");
  if (!body) return;
  Monitor monitor;
  REQUIRE(monitor.read(*body));
  CHECK(monitor.http.asked == "http://box:9800/api/data?range=30d");
  const auto cards = std::move(monitor.joined).finish();
  REQUIRE(cards.size() == 1);
  const CardUse use = card::use_of(cards[0]);
  CHECK(use.averages);
  CHECK(use.step == 10);
  CHECK(use.ooms.size() == 2);
  std::map<std::string, Bytes> peaks;
  for (const TenantUse& tenant : use.tenants) peaks[tenant.tenant.name] = tenant.peak >> 20;
  CHECK(peaks["ollama"] == 17'452);
  CHECK(peaks["whisperx"] == 7'343);
  CHECK(peaks["host:python"] == 1'210);
  // In truth WhisperX needed 7,343 beside 751 of nobody's; what it wanted when it failed is more than that.
  CHECK(*use.rest_needed >= Bytes{7'343 + 751} << 20);
}

TEST_CASE("a newer one that has no other answer: services alone, and nothing of the card") {
  for (const char* file : {"hmnew-attribution-7d.json", "hmnew-attribution-30d.json"}) {
    const auto body = test::shared_file(std::string("card/homelab-monitor/newer/") + file);
    if (!body) return;
    Monitor monitor;
    monitor.http.only = "/api/gpu/attribution?host=local&range=30d";
    REQUIRE(monitor.read(*body));
    const auto cards = std::move(monitor.joined).finish();
    REQUIRE(cards.size() == 1);
    const CardUse use = card::use_of(cards[0]);
    std::map<std::string, Bytes> peaks;
    for (const TenantUse& tenant : use.tenants) peaks[tenant.tenant.name] = tenant.peak >> 20;
    CHECK(peaks ==
          std::map<std::string, Bytes>{{"ollama", 17'452}, {"whisperx", 7'343}, {"embeddings", 1'894}});
    CHECK(is_llm(use.tenants[0].tenant.kind));
    CHECK(!use.tenants[0].ooms);
    CHECK(!use.rest_seen);  // of averages without the card's highest nothing is proven
    CHECK(*use.rest_needed >= Bytes{7'343} << 20);
    CHECK(!use.budget());
  }
  const auto nobody = test::shared_file("card/homelab-monitor/newer/hmnew-attribution-unknown-host.json");
  Monitor monitor;
  monitor.http.only = "attribution";
  CHECK(!monitor.read(*nobody));
}

TEST_CASE("other times, other servers") {
  Monitor monitor;
  const Instant now = monitor.clock.now();
  const auto ago = [&](i64 days) { return Instant{now.micros - days * 86'400'000'000}; };
  for (const auto& [days, range] : {std::pair(1, "24h"), {7, "7d"}, {30, "30d"}, {31, "all"}}) {
    CHECK(!monitor.read("{}", 200, ago(days)));
    CHECK(monitor.http.asked.ends_with(std::string("range=") + range));
  }
  for (const char* other :
       {"", "{}", "[]", "<html>", "{\"bucket_sec\":0,\"labels\":[1]}", "{\"bucket_sec\":60,\"labels\":[]}"}) {
    const Status read = monitor.read(other);
    REQUIRE(!read);
    CHECK(read.error().kind == ErrorKind::usage);
  }
  CHECK(monitor.read("", 404).error().why == "HTTP 404");
}
