#include <doctest/doctest.h>

#include "gpu/gpu.hpp"

using namespace ctxcap;

namespace {

constexpr Bytes kMiB = Bytes{1} << 20;

CardLook card(const char* name, Bytes total, std::optional<Bytes> kept, std::optional<Bytes> used = 0) {
  CardLook look{.facts = {.name = name, .total = total * kMiB}};
  if (kept) look.facts.reserved = *kept * kMiB;
  if (used) look.facts.used = *used * kMiB;
  return look;
}

}  // namespace

TEST_CASE("memory in use is the sum over all GPUs, and unknown where one of them does not say") {
  CHECK(gpu::used_bytes({card("a", 8, 0, 1'024)}) == 1'024 * kMiB);
  CHECK(gpu::used_bytes({card("a", 8, 0, 1'024), card("b", 8, 0, 512)}) == 1'536 * kMiB);
  CHECK(gpu::used_bytes({card("a", 8, 0, 0)}) == 0);
  CHECK(!gpu::used_bytes({card("a", 8, 0, 1'024), card("b", 8, 0, std::nullopt)}));
  CHECK(!gpu::used_bytes({}));
  CHECK(gpu::total_bytes({card("a", 8, 0), card("b", 4, 0)}) == 12 * kMiB);
}

TEST_CASE("cards by their driver: asked for, or to see how much of what was typed can be had") {
  const std::vector<CardLook> two = {card("NVIDIA GeForce RTX 3090", 24'576, 316),
                                     card("NVIDIA GeForce RTX 3060", 12'288, std::nullopt)};
  int looked = 0;
  const auto settled = [&](const char* typed, bool local, const std::vector<CardLook>& there) {
    Budget budget;
    REQUIRE(read_cards(typed, budget) == "");
    const Status status = gpu::settle(budget, local, [&] { return ++looked, there; });
    return std::pair(status ? "" : status.error().why, budget);
  };
  const auto [none, asked] = settled("auto", true, two);
  CHECK(none == "");
  REQUIRE(asked.cards.size() == 2);
  CHECK(asked.card == 36'864 * kMiB);
  CHECK(asked.cards[0].usable() == 24'260 * kMiB);
  CHECK(!asked.cards[1].kept);

  const auto [typed_why, typed] = settled("24GiB", true, two);
  CHECK(typed_why == "");
  CHECK(typed.usable() == 24'260 * kMiB);
  CHECK(settled("16GiB", true, two).second.cards.front().name.empty());
  looked = 0;
  CHECK(settled("24GiB", false, two).second.cards.front().name.empty());
  CHECK(settled("L40S", true, two).second.usable() == 45'459 * kMiB);
  CHECK(settled("auto", true, {}).first == "no driver on this machine knows it");
  CHECK(settled("auto", true, {CardLook{}}).first == "no driver on this machine knows it");
  CHECK(settled("auto", false, two).first == "the server runs on another machine");
  CHECK(looked == 2);  // no machine but this one, and nobody where a card is known by its name
}
