// A history made coarse must keep its peaks.

#include <doctest/doctest.h>

#include "card/card.hpp"

using namespace ctxcap;

namespace {

constexpr i64 kMinuteMicros = 60'000'000;
constexpr Bytes kGiB = 1LL << 30;

// Two weeks of minutes from a Thursday, 1970-01-01: ollama always, stt in one minute of each day at 03:30.
CardHistory two_weeks() {
  CardHistory history{.tenants = {{"stt", TenantKind::container, ""}, {"ollama", TenantKind::ollama, ""}}};
  for (i64 minute = 0; minute < 14 * 1'440; ++minute) {
    CardSample sample{.at = {minute * kMinuteMicros}, .used = 16 * kGiB, .held = {{1, 7, 15 * kGiB}}};
    if (minute % 1'440 == 210) {
      sample.held.push_back({0, 8, 7 * kGiB});
      sample.used = 23 * kGiB;
    }
    history.samples.push_back(sample);
  }
  return history;
}

}  // namespace

TEST_CASE("a picture of two weeks shows every minute that was worst") {
  const CardPicture picture = card::picture_of(two_weeks(), 0);
  CHECK(picture.tenants == std::vector<std::string>{"ollama", "stt"});
  CHECK(picture.columns.size() <= 200);
  i64 met = 0;
  for (const CardColumn& column : picture.columns) {
    CHECK(column.held[0] == 15 * kGiB);
    CHECK(column.held[2] == kGiB);  // of no known program
    met += column.held[1] > 0 ? 1 : 0;
  }
  CHECK(met == 14);
  REQUIRE(picture.pairs.size() == 1);
  CHECK(picture.pairs[0].times == 14);
  CHECK(picture.pairs[0].seconds == doctest::Approx(14 * 60));
  CHECK(picture.pairs[0].joint_peak == 22 * kGiB);
}

TEST_CASE("the week is that of the wall's clock, and what nobody saw is not known") {
  CardHistory history = two_weeks();
  history.samples.resize(1'440);  // Thursday alone
  const CardPicture there = card::picture_of(history, 0);
  CHECK(there.week[3][3] == 23 * kGiB);
  CHECK(there.week[3][4] == 16 * kGiB);
  CHECK_FALSE(there.week[2][3]);
  const CardPicture east = card::picture_of(history, 22 * 60);  // 22 hours ahead: Friday, 01:30
  CHECK(east.week[4][1] == 23 * kGiB);
  CHECK_FALSE(east.week[3][21]);
}

TEST_CASE("the smallest tenants are drawn as one, and nothing of nothing") {
  CardHistory history;
  CardSample sample{.at = {0}};
  for (std::uint32_t t = 0; t < 9; ++t) {
    history.tenants.push_back({"t" + std::to_string(t), TenantKind::process, ""});
    sample.held.push_back({t, t + 1, static_cast<Bytes>(9 - t) * kGiB});
  }
  history.samples = {sample};
  const CardPicture picture = card::picture_of(history, 0);
  CHECK(picture.tenants.size() == 7);
  CHECK(picture.tenants.back() == "others");
  REQUIRE(picture.columns.size() == 1);
  CHECK(picture.columns[0].held[6] == (3 + 2 + 1) * kGiB);
  CHECK(card::picture_of({}, 0).columns.empty());
}
