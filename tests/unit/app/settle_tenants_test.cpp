#include "survey/survey.hpp"

#include <doctest/doctest.h>

#include "state/state.hpp"
#include "unit/state/sandbox.hpp"

using namespace ctxcap;

namespace {

constexpr Bytes kGibi = Bytes{1} << 30;

settings::Reading reading_with(std::vector<Tenant> tenants) {
  settings::Reading reading;
  reading.settings.card = Budget{.card = 24 * kGibi, .tenants = std::move(tenants)};
  reading.shown.push_back({.key = "card.tenants", .place = "c.toml:3"});
  return reading;
}

void watch(World& world, const std::string& name, Bytes bytes, i64 from) {
  auto samples = state::CardSamples::open(world);
  REQUIRE(samples);
  CardLook look{.facts = {.uuid = "GPU-1", .total = 24 * kGibi, .used = bytes}};
  look.processes.push_back({.pid = 7, .bytes = bytes, .tenant = {name, TenantKind::unit, "unit"}});
  for (const i64 at : {from, from + 2, from + 4}) REQUIRE(samples->record(look, {at * 1'000'000}, 2'000'000));
}

}  // namespace

TEST_CASE("a tenant of the catalogue counts at its upper end, until it was measured under that name") {
  test::Sandbox box;
  World world = box.world();
  const std::vector<Tenant> tenants = {{.name = "stt", .catalogue = "faster-whisper:small,int8"},
                                       {.name = "other", .bytes = kGibi}};
  settings::Reading first = reading_with(tenants);
  survey::settle_tenants(first, world);
  CHECK(first.problems.empty());
  CHECK(first.settings.card->tenants[0].basis == Tenant::Basis::catalogue);
  CHECK(first.settings.card->tenants[0].bytes > kGibi);
  CHECK(first.settings.card->tenants[1].bytes == kGibi);
  CHECK(first.settings.card->tenants[1].basis == Tenant::Basis::declared);
  watch(world, "stt", kGibi - 5, 1'000);
  watch(world, "other", 2 * kGibi, 2'000);
  settings::Reading then = reading_with(tenants);
  survey::settle_tenants(then, world);
  CHECK(then.settings.card->tenants[0].basis == Tenant::Basis::measured);
  CHECK(then.settings.card->tenants[0].bytes == kGibi - 5);
  CHECK(then.settings.card->tenants[1].bytes == kGibi);  // what is declared is meant
}

TEST_CASE("what has no upper end takes what was measured, and a wrong name stays wrong") {
  test::Sandbox box;
  World world = box.world();
  settings::Reading none = reading_with({{.name = "dia", .catalogue = "pyannote,version=4"}});
  survey::settle_tenants(none, world);
  REQUIRE(none.problems.size() == 1);
  CHECK(none.problems[0].what == "pyannote,version=4 has no known upper limit");
  CHECK(none.problems[0].why.starts_with("c.toml:3: dia: "));
  watch(world, "dia", 9 * kGibi, 1'000);
  settings::Reading measured = reading_with(
      {{.name = "dia", .catalogue = "pyannote,version=4"}, {.name = "x", .catalogue = "kokorro"}});
  survey::settle_tenants(measured, world);
  CHECK(measured.settings.card->tenants[0].bytes == 9 * kGibi);
  REQUIRE(measured.problems.size() == 1);
  CHECK(measured.problems[0].hint == "did you mean kokoro?");
}
