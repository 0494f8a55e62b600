// Counts against a std::map.

#include "ingest/counts.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <utility>
#include <vector>

using namespace ctxcap;

namespace {

using Truth = std::map<Tokens, i64>;

Truth told_by(ingest::Counts& counts) {
  std::vector<Bin> bins;
  counts.append_to(bins);
  CHECK(std::is_sorted(bins.begin(), bins.end(),
                       [](const Bin& a, const Bin& b) { return a.tokens < b.tokens; }));
  Truth truth;
  for (const Bin& bin : bins) truth[bin.tokens] += bin.count;
  return truth;
}

// Values of so many bits, in any order; some come in runs, some stand for many.
Truth fill(ingest::Counts& counts, std::mt19937& random, int values, int bits) {
  Truth truth;
  for (int i = 0; i < values; ++i) {
    const Tokens tokens = static_cast<Tokens>(random()) & ((Tokens{1} << bits) - 1);
    const i64 times = random() % 8 == 0 ? static_cast<i64>(random() % 1'000 + 1) : 1;
    if (times == 1) {
      counts.add(tokens);
    } else {
      counts.add(tokens, times);
    }
    truth[tokens] += times;
    for (; random() % 4 == 0; ++truth[tokens]) counts.add(tokens);
  }
  return truth;
}

}  // namespace

TEST_CASE("counts: what was added comes back, ascending, however much and however wide") {
  std::mt19937 random(11);
  for (const int bits : {1, 8, 12, 16, 24, 32}) {
    for (const int values : {0, 1, 2, 63, 64, 1'000, 1'024, 1'025, 5'000, 50'000}) {
      CAPTURE(bits);
      CAPTURE(values);
      ingest::Counts counts;
      const Truth truth = fill(counts, random, values, bits);
      CHECK(counts.empty() == truth.empty());
      CHECK(told_by(counts) == truth);
      CHECK(told_by(counts) == truth);  // asking changes nothing
      const Truth more = fill(counts, random, 100, bits);
      Truth both = truth;
      for (const auto& [tokens, times] : more) both[tokens] += times;
      CHECK(told_by(counts) == both);
    }
  }
}

TEST_CASE("counts: merging is addition") {
  std::mt19937 random(12);
  for (const int size : {0, 1, 40, 3'000}) {
    for (const int other_size : {0, 1, 40, 3'000}) {
      ingest::Counts a, b;
      Truth both = fill(a, random, size, 11);
      for (const auto& [tokens, times] : fill(b, random, other_size, 12)) both[tokens] += times;
      a.merge(std::move(b));
      CHECK(told_by(a) == both);
    }
  }
}

TEST_CASE("counts: a value may come more often than 32 bits can say") {
  constexpr i64 kMany = 10'000'000'000;
  ingest::Counts a, b;
  a.add(7, kMany);
  a.add(9);
  a.add(7);
  b.add(7, kMany);
  a.merge(std::move(b));
  CHECK(told_by(a) == Truth{{7, 2 * kMany + 1}, {9, 1}});
}
