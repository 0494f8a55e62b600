#include "card/card.hpp"

#include <doctest/doctest.h>

#include "base/json.hpp"

using namespace ctxcap;

namespace {

constexpr Bytes kMiB = 1 << 20;

Instant second(i64 seconds) {
  return {seconds * 1'000'000};
}

// Samples every 10 s, each row: used, then the model's, the transcriber's and the embedder's MiB.
CardHistory history_of(const std::vector<std::array<Bytes, 4>>& rows) {
  CardHistory history;
  history.card = {.total = 24'576 * kMiB, .reserved = 312 * kMiB};
  history.tenants = {{"ollama", TenantKind::ollama, ""},
                     {"whisperx", TenantKind::container, ""},
                     {"embeddings", TenantKind::container, ""}};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CardSample sample{.at = second(static_cast<i64>(i) * 10), .used = rows[i][0] * kMiB};
    for (std::uint32_t t = 0; t < 3; ++t) {
      if (rows[i][t + 1] > 0) sample.held.push_back({t, 0, rows[i][t + 1] * kMiB});
    }
    history.samples.push_back(std::move(sample));
  }
  return history;
}

const TenantUse& of(const CardUse& use, std::string_view name) {
  for (const TenantUse& tenant : use.tenants) {
    if (tenant.tenant.name == name) return tenant;
  }
  REQUIRE_MESSAGE(false, name);
  return use.tenants.front();
}

}  // namespace

TEST_CASE("peaks, sessions and overlaps, as sampled") {
  const CardUse use = card::use_of(history_of({{500, 0, 0, 0},
                                               {17'900, 17'400, 0, 0},
                                               {20'900, 17'400, 3'000, 0},
                                               {24'800, 17'400, 6'900, 0},
                                               {7'400, 0, 6'900, 0},
                                               {500, 0, 0, 0},
                                               {3'500, 0, 3'000, 0},
                                               {20'900, 17'400, 3'000, 0}}));
  CHECK(use.step == 10);
  CHECK(use.watched == 80);
  CHECK(use.gaps.empty());
  const TenantUse& whisperx = of(use, "whisperx");
  CHECK(whisperx.peak == 6'900 * kMiB);
  CHECK(whisperx.seconds == 50);
  CHECK(whisperx.sessions == 2);
  CHECK(whisperx.with_llm.times == 2);
  CHECK(whisperx.with_llm.seconds == 30);
  CHECK(whisperx.with_llm.joint_peak == 24'300 * kMiB);
  CHECK(of(use, "ollama").sessions == 2);
  CHECK(of(use, "unattributed").peak == 500 * kMiB);
  CHECK(use.rest_seen == 7'400 * kMiB);
  CHECK(use.rest_needed == 7'400 * kMiB);
  CHECK(use.budget() == (24'576 - 312 - 7'400) * kMiB);
}

TEST_CASE(
    "what was seen beside the model is cut off by the card; what ran out of memory says what it needs") {
  CardHistory history =
      history_of({{17'900, 17'400, 0, 0}, {22'100, 17'400, 4'200, 0}, {17'900, 17'400, 0, 0}});
  history.ooms.push_back(
      {.at = second(14), .tenant = "whisperx", .held = 4'200 * kMiB, .wanted = 3'000 * kMiB});
  const CardUse use = card::use_of(history);
  CHECK(use.rest_seen == 4'700 * kMiB);
  CHECK(use.rest_needed == 7'700 * kMiB);
  REQUIRE(use.ooms.size() == 1);
  CHECK(use.ooms[0].held == 4'200 * kMiB);
  CHECK(use.ooms[0].others == 17'900 * kMiB);
  CHECK(!of(use, "whisperx").ooms);  // no log of it was read
  history.tells_ooms = true;
  CHECK(of(card::use_of(history), "whisperx").ooms == 1);
  CHECK(of(card::use_of(history), "ollama").ooms == 0);
}

TEST_CASE("an OOM without figures leaves the need open, and with it the budget") {
  CardHistory history = history_of({{17'900, 17'400, 0, 0}, {22'100, 17'400, 4'200, 0}});
  history.ooms.push_back({.at = second(14), .tenant = "whisperx"});
  const CardUse use = card::use_of(history);
  CHECK(use.needs_more);
  CHECK(!use.budget());
  CHECK(use.rest_needed == 4'700 * kMiB);
}

TEST_CASE("the model's own OOM is no need of the rest") {
  CardHistory history = history_of({{500, 0, 0, 0}, {17'900, 17'400, 0, 0}});
  history.ooms.push_back(
      {.at = second(11), .tenant = "ollama", .held = 17'400 * kMiB, .wanted = 9'000 * kMiB});
  const CardUse use = card::use_of(history);
  CHECK(use.rest_needed == 500 * kMiB);
  CHECK(!use.needs_more);
}

TEST_CASE("two who are there within one sample may have their peaks at once") {
  // They were never seen at their highest together.
  const CardUse use = card::use_of(history_of(
      {{0, 0, 0, 0}, {6'900, 0, 6'900, 0}, {4'200, 0, 3'000, 1'200}, {1'900, 0, 0, 1'900}, {0, 0, 0, 0}}));
  CHECK(!use.rest_seen);
  CHECK(use.rest_needed == 8'800 * kMiB);
}

TEST_CASE("nobody watched: the time is no residence, and says so") {
  CardHistory history =
      history_of({{500, 0, 0, 0}, {17'900, 17'400, 0, 0}, {17'900, 17'400, 0, 0}, {500, 0, 0, 0}});
  history.samples[2].at = second(5'000);
  history.samples[3].at = second(5'010);
  const CardUse use = card::use_of(history);
  REQUIRE(use.gaps.size() == 1);
  CHECK(use.gaps[0].from == second(20));
  CHECK(use.gaps[0].to == second(5'000));
  CHECK(use.watched == 40);
  CHECK(of(use, "ollama").seconds == 20);
}

TEST_CASE("what the driver sees now joins the history") {
  CardUse use = card::use_of(history_of({{500, 0, 0, 0}, {7'400, 0, 6'900, 0}}));
  CardLook look{.facts = {.uuid = "GPU-1", .name = "a card", .total = 24'576 * kMiB, .used = 18'000 * kMiB}};
  look.processes.push_back({.pid = 1,
                            .bytes = 17'000 * kMiB,
                            .tenant = {"ollama", TenantKind::ollama, "runner"},
                            .runs = RunningWeights{.weights = "abc", .num_ctx = 8'192, .parallel = 2}});
  look.processes.push_back({.pid = 2, .tenant = {"wsl", TenantKind::process, "program wsl"}});
  card::add_now(use, look);
  CHECK(of(use, "ollama").now == 17'000 * kMiB);
  CHECK(of(use, "whisperx").now == 0);
  CHECK(!of(use, "wsl").now);  // the driver does not say
  CHECK(use.card.name == "a card");
  CHECK(use.card.reserved == 312 * kMiB);
  const auto json = nlohmann::json::parse(card_json({use}));
  CHECK(json["models"][0]["num_ctx"] == 8'192);
  CHECK(json["tenants"].size() == 5);
  CHECK(json["history"]["step_s"] == 10);
}

TEST_CASE("of a card whose processes are not told, nobody knows what the rest needs") {
  CardHistory history = history_of({{500, 0, 0, 0}, {17'900, 0, 0, 0}});
  history.tenants.clear();
  const CardUse use = card::use_of(history);
  CHECK(!use.rest_needed);
  CHECK(!use.budget());
  CHECK(of(use, "unattributed").peak == 17'900 * kMiB);
}

TEST_CASE("hours of the day in which others are there") {
  CardHistory history = history_of({});
  history.step = 10'000'000;
  const auto at = [](i64 day, i64 hour) { return Instant{(day * 24 + hour) * 3'600'000'000}; };
  constexpr i64 kHour = 3'600'000'000;
  for (i64 day = 0; day < 4; ++day) {
    history.samples.push_back({.at = at(day, 0), .lasts = 8 * kHour});
    history.samples.push_back({.at = at(day, 8), .held = {{1, 7, kMiB}}, .lasts = 12 * kHour});
    history.samples.push_back(
        {.at = at(day, 20), .held = {{0, 8, kMiB}}, .lasts = 4 * kHour});  // the model alone
  }
  CHECK(card::busy_hours(history, 0) == std::pair(8, 20));
  CHECK(card::busy_hours(history, 5 * 60) == std::pair(13, 1));  // over midnight
  history.samples.resize(6);
  CHECK(!card::busy_hours(history, 0));  // two days are no habit
  CHECK(!card::busy_hours({}, 0));
}

TEST_CASE("a driver that hides processes puts nobody at 0; a part unknown makes the sum so") {
  CardUse use = card::use_of(history_of({{7'400, 0, 6'900, 0}}));
  CardLook look{.facts = {.used = 18'000 * kMiB}, .hidden = "this user may not ask for it"};
  card::add_now(use, look);
  CHECK(!of(use, "whisperx").now);
  CHECK(!of(use, "unattributed").now);
  look.hidden.clear();
  const CardTenant whisperx{"whisperx", TenantKind::container, ""};
  look.processes = {{.pid = 1, .tenant = whisperx}, {.pid = 2, .bytes = 5 * kMiB, .tenant = whisperx}};
  card::add_now(use, look);
  CHECK(!of(use, "whisperx").now);
}

TEST_CASE("what only time can tell is null where nobody watched") {
  CardUse use;
  CardLook look{.facts = {.used = 18'000 * kMiB}};
  look.processes = {{.pid = 1, .bytes = 5 * kMiB, .tenant = {"a", TenantKind::process, "program a"}}};
  card::add_now(use, look);
  const auto json = nlohmann::json::parse(card_json({use}));
  const auto& tenant = json["tenants"].back();
  CHECK(tenant["now_bytes"] == 5 * kMiB);
  for (const char* key : {"peak_bytes", "peak_basis", "resident_share", "sessions", "ooms"}) {
    CAPTURE(key);
    CHECK(tenant[key].is_null());
  }
  CHECK(tenant["with_llm"]["times"].is_null());
}

TEST_CASE("nothing at all is no history") {
  const CardUse use = card::use_of({});
  CHECK(!use.rest_needed);
  CHECK(!use.budget());
  const auto json = nlohmann::json::parse(card_json({use}));
  CHECK(json["history"].is_null());
  CHECK(json["rest"]["needed_bytes"].is_null());
}

TEST_CASE("an OOM beside the model says what it would have had to leave") {
  CardHistory history =
      history_of({{17'900, 17'400, 0, 0}, {22'100, 17'400, 4'200, 0}, {17'900, 17'400, 0, 0}});
  history.runs = {{.at = second(0), .model = "abc", .num_ctx = 40'960}, {.at = second(20), .model = "def"}};
  history.ooms = {{.at = second(14), .tenant = "whisperx", .held = 4'200 * kMiB, .wanted = 3'000 * kMiB}};
  const CardUse use = card::use_of(history);
  const OomUse& oom = use.ooms.front();
  CHECK(oom.llm == 17'400 * kMiB);
  REQUIRE(oom.run);
  CHECK(oom.run->model == "abc");
  const std::optional<Bytes> usable = use.card.usable();
  CHECK(oom.missing(usable) == (4'200 + 3'000 + 17'900 - 24'264) * kMiB);
  CHECK(!oom.missing(std::nullopt));
  OomUse alone = oom;
  alone.llm = 0;  // none was there: no window would have helped
  CHECK(!alone.missing(usable));
  OomUse fits = oom;
  fits.need = 4'300 * kMiB;  // in pieces
  CHECK(!fits.missing(usable));
}

TEST_CASE("the model's own failure is its own need") {
  CardHistory history = history_of({{6'900, 0, 6'900, 0}, {6'900, 0, 6'900, 0}});
  history.ooms = {{.at = second(11), .tenant = "ollama", .held = 12'000 * kMiB, .wanted = 6'250 * kMiB}};
  const CardUse use = card::use_of(history);
  CHECK(use.ooms.front().llm == 18'250 * kMiB);
  CHECK(use.ooms.front().missing(use.card.usable()) == (18'250 + 6'900 - 24'264) * kMiB);
}

TEST_CASE("the largest window that leaves enough is one of llama.cpp's") {
  const auto bytes = [](Tokens window) { return std::optional<Bytes>(1'000 + window * 10); };
  CHECK(card::window_that_leaves(10 * 256, 40'960, bytes) == 40'960 - 256);
  CHECK(card::window_that_leaves(10 * 256 + 1, 40'960, bytes) == 40'960 - 512);
  CHECK(card::window_that_leaves(10 * (40'960 - 256), 40'960, bytes) == 256);
  CHECK(!card::window_that_leaves(10 * (40'960 - 256) + 1, 40'960, bytes));
  CHECK(!card::window_that_leaves(1, 40'960, [](Tokens) { return std::optional<Bytes>(); }));
}

TEST_CASE("what the rest needs is told by tenant, and adds up") {
  const CardUse use = card::use_of(history_of({{500, 0, 0, 0},
                                               {7'400, 0, 6'900, 0},
                                               {4'700, 0, 3'000, 1'200},
                                               {2'400, 0, 0, 1'900},
                                               {500, 0, 0, 0}}));
  Bytes sum = 0;
  for (const auto& [tenant, bytes] : use.rest_of) sum += bytes;
  CHECK(sum == use.rest_needed);
  REQUIRE(use.rest_of.size() == 3);
  CHECK(use.rest_of[0] == std::pair<std::string, Bytes>("whisperx", 6'900 * kMiB));
  CHECK(use.rest_of[2].first == "unattributed");
}

TEST_CASE("tenants have the names that their user gives them; two of one name are one") {
  CardHistory history = history_of({{500, 0, 0, 0}, {9'500, 0, 6'900, 1'900}, {500, 0, 0, 0}});
  history.exact_peaks = {{1, 7'000 * kMiB}, {2, 2'000 * kMiB}};
  history.ooms = {{.at = second(12), .tenant = "whisperx", .held = 6'900 * kMiB, .wanted = 1'000 * kMiB}};
  card::rename(history,
               {{"speech", "container=whisperx"}, {"speech", "container=embeddings"}, {"x", "unit=ollama"}});
  REQUIRE(history.tenants.size() == 2);
  CHECK(history.tenants[0].name == "ollama");
  CHECK(history.tenants[1].evidence.find("[[card.tenant]] container=whisperx") != std::string::npos);
  const CardUse use = card::use_of(history);
  CHECK(of(use, "speech").peak == 8'800 * kMiB);
  CHECK(use.ooms.front().held == 8'800 * kMiB);
  CHECK(use.rest_needed >= 9'800 * kMiB);
}

TEST_CASE("rules of the user's own") {
  const std::vector<TenantRule> rules = {
      {"a", "container=x"}, {"b", "unit=x"}, {"c", "process=x"}, {"d", "command=-m x"}};
  for (const TenantRule& rule : rules) CHECK(fault_of(rule).empty());
  CHECK(rule_for(rules, {.container = "x"})->name == "a");
  CHECK(rule_for(rules, {.service = "x"})->name == "a");
  CHECK(rule_for(rules, {.unit = "x", .program = "x"})->name == "b");
  CHECK(rule_for(rules, {.program = "x"})->name == "c");
  CHECK(rule_for(rules, {.program = "python3", .command = "python3 -m x"})->name == "d");
  CHECK(rule_for(rules, {.program = "y", .command = "y"}) == nullptr);
  for (const char* match : {"", "container", "container=", "pod=x", "=x"})
    CHECK(!fault_of({"a", match}).empty());
}
