#include "data/histogram.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>

using namespace ctxcap;

TEST_CASE("ranks and counts equal those of the sorted list") {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<Tokens> values(1 + random() % 50);
    std::vector<Bin> bins;
    for (Tokens& value : values) {
      value = static_cast<Tokens>(random() % 20);
      bins.push_back({value, 1});
    }
    std::sort(values.begin(), values.end());
    const Histogram histogram = make_histogram(bins);
    REQUIRE(histogram.count() == static_cast<i64>(values.size()));
    for (std::size_t i = 0; i < values.size(); ++i)
      CHECK(histogram.at_rank(static_cast<i64>(i) + 1) == values[i]);
    for (Tokens x = -1; x <= 20; ++x) {
      CHECK(histogram.count_above(x) ==
            std::count_if(values.begin(), values.end(), [&](Tokens v) { return v > x; }));
      CHECK(histogram.count_at(x) == std::count(values.begin(), values.end(), x));
    }
  }
}

TEST_CASE("close values and scattered ones become the same histogram as one by one") {
  std::mt19937 random(8);
  for (const Tokens range : {Tokens{1}, Tokens{50}, Tokens{3'000}, Tokens{2'000'000'000}}) {
    for (const int size : {1, 63, 64, 65, 2'000}) {
      std::map<Tokens, i64> truth;
      std::vector<Bin> bins;
      for (int i = 0; i < size; ++i) {
        const Bin bin{.tokens = static_cast<Tokens>(random()) % range, .count = i % 7 == 0 ? -1 : 1};
        truth[bin.tokens] += bin.count;
        bins.push_back(bin);
      }
      std::vector<Bin> want;
      for (const auto& [tokens, count] : truth) {
        if (count != 0) want.push_back({tokens, count});
      }
      CHECK(make_histogram(bins).bins == want);
    }
  }
}

TEST_CASE("merging is addition, in any order") {
  const Histogram a = make_histogram({{5, 2}, {1, 1}}), b = make_histogram({{5, 1}, {9, 4}});
  Histogram ab = a, ba = b;
  ab.merge(b);
  ba.merge(a);
  CHECK(ab == ba);
  CHECK(ab.bins == std::vector<Bin>{{1, 1}, {5, 3}, {9, 4}});
  ab.merge({});
  CHECK(ab == ba);
}

TEST_CASE("a bin whose count falls to zero disappears") {
  CHECK(make_histogram({{3, 1}, {3, -1}}).empty());
}
