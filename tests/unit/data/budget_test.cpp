#include "data/budget.hpp"

#include <doctest/doctest.h>

using namespace ctxcap;

namespace {

constexpr Bytes kMiB = Bytes{1} << 20, kGiB = Bytes{1} << 30;

}  // namespace

TEST_CASE("cards as people write them") {
  struct Row {
    const char* text;
    std::size_t cards;
    Bytes total, usable;
    const char* wrong = "";
  };
  const Row rows[] = {
      {"24GiB", 1, 24 * kGiB, 24 * kGiB - 24 * kGiB / 1000 * 15},
      {"24GiB, 12GiB", 2, 36 * kGiB, 36 * kGiB - 24 * kGiB / 1000 * 15 - 12 * kGiB / 1000 * 15},
      {"RTX 3090", 1, 24'576 * kMiB, 24'260 * kMiB},
      {"nvidia-geforce rtx3090,L40S", 2, 70'644 * kMiB, 69'719 * kMiB},
      {"24", 0, 0, 0, "a size needs its unit: GiB or GB, MiB or MB"},
      {"0", 0, 0, 0, "nothing fits a card without memory"},
      {"24GiB,0GiB", 0, 0, 0, "nothing fits a card without memory"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    Budget budget;
    CHECK(read_cards(row.text, budget) == row.wrong);
    CHECK(budget.cards.size() == row.cards);
    CHECK(budget.card == row.total);
    CHECK(budget.usable() == row.usable);
    Budget again;
    if (row.cards > 0) {
      CHECK(read_cards(cards_text(budget), again) == "");
      CHECK(again.cards == budget.cards);
    }
  }
  Budget asked;
  CHECK(read_cards("auto", asked) == "");
  CHECK(asked.ask);
  CHECK(read_cards("RTX 9999", asked) != "");
  CHECK(!known_card("24GiB"));
}

TEST_CASE("what the driver keeps may come out of the reserve, and of nothing else") {
  Budget budget{.card = 24 * kGiB, .reserve = kGiB};
  CHECK(budget.limit() == 24 * kGiB);
  budget.reserve = 0;
  CHECK(budget.limit() == budget.usable());
  budget.tenants = {{"stt", 7 * kGiB}};
  CHECK(budget.room() == std::vector<Bytes>{budget.usable() - 7 * kGiB});
  budget.tenants = {{"stt", 70 * kGiB}};
  CHECK(budget.room() == std::vector<Bytes>{0});
}
