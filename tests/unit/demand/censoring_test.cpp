#include "demand/censoring.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

using namespace ctxcap;
using demand::half_cut;

TEST_CASE("a prompt that is too long comes out at the lengths a real server showed") {
  struct Row {
    Tokens num_ctx, keep, cut;
  };
  for (const Row& row : {Row{2'048, 5, 1'027}, Row{4'096, 5, 2'051}, Row{8'192, 5, 4'099},
                         Row{2'048, 4, 1'026}, Row{4'096, 4, 2'050}, Row{8'192, 4, 4'098},
                         Row{32'768, 4, 16'386}, Row{32'768, 5, 16'387}, Row{512, 5, 259}, Row{4, 4, 3}}) {
    CAPTURE(row.num_ctx);
    CHECK(half_cut(row.num_ctx, row.keep) == row.cut);
  }
}

namespace {

// Lognormal prompts with the given median and spread.
std::vector<Tokens> prompts(i64 n, double median, double spread, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal(std::log(median), spread);
  std::vector<Tokens> result;
  for (i64 i = 0; i < n; ++i) result.push_back(static_cast<Tokens>(std::exp(normal(random))));
  return result;
}

Censoring detect(const std::vector<Tokens>& lengths, Tokens generation = 20) {
  std::vector<Bin> prompt, total;
  for (const Tokens length : lengths) {
    prompt.push_back({length, 1});
    total.push_back({length + generation, 1});
  }
  DayDemand day;
  day.prompt = make_histogram(prompt);
  day.generation = make_histogram({{generation, static_cast<i64>(lengths.size())}});
  day.total = make_histogram(total);
  day.need = day.total;
  return demand::detect_censoring(day, demand::plausible_windows({}, {}), {});
}

}  // namespace

TEST_CASE("prompts cut to half the window are found, and the window is named") {
  std::vector<Tokens> lengths = prompts(3'000, 1'500, 0.6, 1);
  i64 cut = 0;
  for (Tokens& length : lengths) {
    if (length < 4'096) continue;
    length = half_cut(4'096, 5);
    ++cut;
  }
  REQUIRE(cut > 20);
  const Censoring found = detect(lengths);
  CHECK(found.verdict == CensoringVerdict::censored);
  CHECK(found.num_ctx == 4'096);
  CHECK(found.rows >= cut);
  CHECK(found.kinds == std::vector<std::string>{"half-window-cut"});
}

TEST_CASE("lengths that nothing cut raise no alarm") {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    CAPTURE(seed);
    CHECK(detect(prompts(3'000, 1'500, 0.6, seed)).verdict == CensoringVerdict::none);
  }
}

TEST_CASE("a client that stops at 1,500 tokens is a client limit") {
  std::vector<Tokens> lengths = prompts(3'000, 1'000, 0.6, 2);
  for (Tokens& length : lengths) length = std::min<Tokens>(length, 1'500);
  const Censoring found = detect(lengths);
  CHECK(found.verdict == CensoringVerdict::client_limit);
  CHECK(found.num_ctx == 1'500);
  CHECK(found.kinds == std::vector<std::string>{"prompt-limit"});
}
