#include "history/prometheus.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/text.hpp"
#include "io/io.hpp"
#include "support/fake_clock.hpp"
#include "support/shared.hpp"

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
  REQUIRE(history::read_prometheus("http://localhost:9090/", {}, place.ago(2 * 86'400), place.world,
                                   place.joined));
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
  REQUIRE(history::read_prometheus("http://localhost:9090", {}, place.ago(3'600), place.world, place.joined));
  const auto cards = std::move(place.joined).finish();
  REQUIRE(cards.size() == 1);
  CHECK(cards[0].card.total == 24'500 * kMiB);
  CHECK(cards[0].card.usable() == 24'000 * kMiB);
  CHECK(cards[0].samples.size() == 1);
}

TEST_CASE(
    "metrics of one's own: units by their names, the only card whatever it is called, names by a label") {
  const std::string own = "my_container_vram_mb";
  const std::map<std::string, std::pair<std::string, std::string>> values = {
      {"nvidia_smi_memory_used_bytes", {R"("uuid":"1")", "9437184000"}},
      {"nvidia_smi_memory_total_bytes", {R"("uuid":"1")", "25769803776"}},
      {own, {R"("gpu":"0","container":"whisperx","image":"x/y")", "7343"}},
      {"my_card_GiB%7Bhost%3D%22a%22%7D", {R"("gpu":"0")", "9"}}};
  const auto told = [&](const CardMetrics& metrics) {
    Place place;
    place.server.answer = [&](const std::string& metric, i64) {
      const auto found = values.find(metric);
      if (found == values.end()) return matrix("");
      return matrix(fmt::format(R"({{"metric":{{{}}},"values":[[{},"{}"]]}})", found->second.first,
                                place.now() - 10, found->second.second));
    };
    const Status read =
        history::read_prometheus("http://p:9090", metrics, place.ago(3'600), place.world, place.joined);
    REQUIRE(read);
    auto cards = std::move(place.joined).finish();
    REQUIRE(cards.size() == 1);
    return cards.front();
  };
  for (const char* name_label : {"", "container", "image"}) {
    const CardHistory card = told({.tenants = own, .label = name_label});
    CHECK(card.card.total == 24'576 * kMiB);
    REQUIRE(card.samples.size() == 1);
    CHECK(card.samples[0].used == 9'000 * kMiB);
    REQUIRE(card.samples[0].held.size() == 1);
    CHECK(card.samples[0].held[0].bytes == 7'343 * kMiB);
    CHECK(card.tenants[0].name == (std::string_view(name_label) == "image" ? "y" : "whisperx"));
    CHECK(card.tenants[0].evidence == "metric my_container_vram_mb");
  }
  const CardHistory alone = told({.card = "my_card_GiB{host=\"a\"}", .tenants = own});
  CHECK(alone.samples[0].used == 9 * 1'024 * kMiB);
  CHECK(alone.samples[0].held.size() == 1);
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
      {{.status = 400, .body = R"({"status":"error","errorType":"bad_data","error":"ranges only allowed"})"},
       "HTTP 400: ranges only allowed",
       "{labels}"},
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
        history::read_prometheus("http://localhost:9090", {}, place.ago(3'600), place.world, place.joined);
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
      history::read_prometheus("http://localhost:9090", {}, place.ago(3'600), place.world, place.joined);
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
        history::read_prometheus("http://localhost:9090", {}, place.ago(3'600), place.world, place.joined);
    REQUIRE(!read);
    CHECK(read.error().why.find("does not take these") != std::string::npos);
    CHECK((read.error().what + read.error().why + read.error().hint).find("a-secret") == std::string::npos);
    CHECK(place.server.asked[0].headers.back().second ==
          (token ? "Bearer a-secret" : "Basic dTphLXNlY3JldA=="));
  }
}

namespace {

// One sample of each series of an exporter's text, as the API gives it.
std::string series_in(const std::string& text, const std::string& metric, i64 at) {
  std::string rows;
  for (const std::string_view line : split(text, '\n')) {
    const std::size_t open = line.find('{'), close = line.rfind('}');
    if (line.starts_with('#') || open == line.npos || line.substr(0, open) != metric) continue;
    std::string labels;
    for (std::string_view rest = line.substr(open + 1, close - open - 1); !rest.empty();) {
      const std::size_t equals = rest.find('='), end = rest.find('"', equals + 2);
      labels += fmt::format("{}\"{}\":{}", labels.empty() ? "" : ",", rest.substr(0, equals),
                            rest.substr(equals + 1, end - equals));
      rest.remove_prefix(std::min(end + 2, rest.size()));
    }
    rows += fmt::format("{}{{\"metric\":{{{}}},\"values\":[[{},\"{}\"]]}}", rows.empty() ? "" : ",", labels,
                        at, line.substr(close + 2));
  }
  return rows;
}

std::vector<CardHistory> exported(const std::string& file) {
  const auto text = test::shared_file("card/prometheus/exporters/" + file);
  if (!text) return {};
  Place place;
  place.server.answer = [&](const std::string& metric, i64) {
    return matrix(series_in(*text, metric, place.now() - 15));
  };
  REQUIRE(history::read_prometheus("http://p:9090", {}, place.ago(3'600), place.world, place.joined));
  return std::move(place.joined).finish();
}

std::map<std::string, Bytes> held_mib(const CardHistory& card) {
  std::map<std::string, Bytes> held;
  for (const CardSample& sample : card.samples) {
    for (const Held& one : sample.held) held[card.tenants[one.tenant].name] += one.bytes / kMiB;
  }
  return held;
}

}  // namespace

TEST_CASE("real exporters' metrics: cards and who holds them") {
  struct Row {
    const char* file;
    Bytes total, reserved, used;
    std::map<std::string, Bytes> held;
  };
  const Row rows[] = {
      {"nge-linux-x86_64__nvidia-h200-mig__590.48.01.metrics",
       143'771,
       614,
       16'959,
       {{"memhog", 3'364}, {"gpu_burn", 13'526}}},
      {"nge-linux-x86_64__nvidia-l40s__595.80.metrics", 46'068, 609, 1'235, {{"ffmpeg", 1'219}}},
      {"nge-windows-x86_64__nvidia-geforce-rtx-2080-super__610.62.metrics", 8'192, 205, 1'366, {}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.file);
    const auto cards = exported(row.file);
    if (cards.empty()) return;
    REQUIRE(cards.size() == 1);
    CHECK(cards[0].card.total == row.total * kMiB);
    CHECK(cards[0].card.reserved == row.reserved * kMiB);
    REQUIRE(!cards[0].samples.empty());
    CHECK(cards[0].samples[0].used == row.used * kMiB);
    CHECK(held_mib(cards[0]) == row.held);
  }
}

TEST_CASE("in Kubernetes a pod's memory is no card's, and a part of a card is a card") {
  const auto cards = exported("dcgm-shape.txt");
  if (cards.empty()) return;
  REQUIRE(cards.size() == 2);
  const bool first_whole = cards[0].card.uuid.find("GI") == std::string::npos;
  const CardHistory &whole = cards[first_whole ? 0 : 1], &part = cards[first_whole ? 1 : 0];
  REQUIRE(!whole.samples.empty());
  CHECK(whole.samples[0].used == 20'500 * kMiB);
  CHECK(whole.card.total == (20'500 + 3'764 + 312) * kMiB);
  CHECK(held_mib(whole) == std::map<std::string, Bytes>{{"ollama", 17'452}, {"whisperx", 2'607}});
  CHECK(part.card.uuid.ends_with(" GI 2"));
  CHECK(part.samples[0].used == 16'925 * kMiB);
}
