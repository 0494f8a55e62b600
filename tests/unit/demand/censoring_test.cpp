#include "demand/censoring.hpp"
#include "demand/demand.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>

using namespace ctxcap;

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

struct Request {
  Tokens prompt = 0, generation = 0;
};

DayDemand day_of(const std::vector<Request>& requests) {
  std::vector<Bin> prompt, generation, total;
  for (const Request& request : requests) {
    prompt.push_back({request.prompt, 1});
    generation.push_back({request.generation, 1});
    total.push_back({request.prompt + request.generation, 1});
  }
  DayDemand day;
  day.prompt = make_histogram(prompt);
  day.generation = make_histogram(generation);
  day.total = make_histogram(total);
  return day;
}

// Prompts around 1,500 tokens, some beyond 4,096 (about 1 in 20); answers around 60.
std::vector<Request> requests(i64 n, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  std::vector<Request> result;
  for (i64 i = 0; i < n; ++i) {
    const Tokens prompt = static_cast<Tokens>(1'500 * std::exp(0.6 * normal(random)));
    result.push_back({prompt, 1 + static_cast<Tokens>(60 * std::exp(0.7 * normal(random)))});
  }
  return result;
}

Censoring detect(const std::vector<Request>& rows, const demand::CensoringOptions& options = {}) {
  Demand demand;
  demand.days[0] = day_of(rows);
  return demand::detect_censoring(demand, options).censoring;
}

using Kinds = std::vector<std::string>;

}  // namespace

TEST_CASE("every way in which a window of 4,096 cuts is found and named") {
  struct Row {
    const char* kind;
    Tokens (*cut)(Tokens);
  };
  static std::uint64_t step = 0;
  const Row rows[] = {
      {"half-window-cut", [](Tokens) { return half_cut(4'096, 4); }},
      {"half-window-cut", [](Tokens) { return half_cut(4'096, 5); }},
      {"full-window-cut", [](Tokens) { return Tokens{4'096}; }},
      {"full-window-cut", [](Tokens) { return Tokens{4'095}; }},
      {"dropped-history",
       [](Tokens prompt) {
         while (prompt >= 4'096) prompt -= 150 + static_cast<Tokens>(step++ * 37 % 300);
         return prompt;
       }},
  };
  for (const Row& row : rows) {
    CAPTURE(row.kind);
    std::vector<Request> sent = requests(3'000, 1);
    i64 cut = 0;
    for (Request& request : sent) {
      if (request.prompt < 4'096) continue;
      request.prompt = row.cut(request.prompt);
      ++cut;
    }
    REQUIRE(cut > 50);
    const Censoring found = detect(sent);
    CHECK(found.verdict == CensoringVerdict::censored);
    CHECK(found.num_ctx == 4'096);
    CHECK(found.rows >= cut);
    CHECK(found.rows < 2 * cut + 20);
    CHECK(found.kinds == Kinds{row.kind});
  }
}

TEST_CASE("answers that stop when the window is full are found in the sums") {
  std::vector<Request> sent = requests(3'000, 1);
  std::erase_if(sent, [](const Request& request) { return request.prompt >= 4'096; });
  i64 cut = 0;
  for (Request& request : sent) {
    if (request.prompt + request.generation < 4'096) continue;
    request.generation = 4'096 - request.prompt;
    ++cut;
  }
  REQUIRE(cut >= 4);
  const Censoring found = detect(sent);
  CHECK(found.kinds == Kinds{"cut-answer"});
  CHECK(found.rows == cut);
}

TEST_CASE("a num_keep that the requests set moves the mark") {
  std::vector<Request> sent = requests(3'000, 1);
  for (Request& request : sent) {
    if (request.prompt >= 4'096) request.prompt = half_cut(4'096, 1'000);
  }
  CHECK(detect(sent).kinds == Kinds{"dropped-history"});  // the heap is unknown, but prompts end at 4,096
  const Censoring found = detect(sent, {.num_keep = {1'000}});
  CHECK(found.num_ctx == 4'096);
  CHECK(found.kinds == Kinds{"half-window-cut"});
}

TEST_CASE("a window that nobody would guess is tested when it is given, or when requests carried it") {
  std::vector<Request> sent = requests(3'000, 1);
  for (Request& request : sent) {
    if (request.prompt >= 3'500) request.prompt = half_cut(3'500, 4);
  }
  CHECK(detect(sent).verdict != CensoringVerdict::censored);
  CHECK(detect(sent, {.windows = {3'500}}).num_ctx == 3'500);
  Demand demand;
  demand.days[0] = day_of(sent);
  demand.num_ctx_asked = {{3'500, 12}};
  CHECK(demand::detect_censoring(demand, {}).censoring.num_ctx == 3'500);
}

TEST_CASE(
    "sums beyond a window that was in force are context shifts; without that knowledge they are just sums") {
  std::vector<Request> sent = requests(3'000, 1);
  std::erase_if(sent, [](const Request& request) { return request.prompt >= 2'300; });
  i64 over = 0;
  for (Request& request : sent) {
    if (request.prompt > 2'200) request.generation += 300;
    over += request.prompt + request.generation > 2'500 ? 1 : 0;
  }
  REQUIRE(over > 10);
  CHECK(detect(sent).verdict != CensoringVerdict::censored);
  const Censoring found = detect(sent, {.in_force = 2'500});
  CHECK(found.kinds == Kinds{"context-shift"});
  CHECK(found.rows == over);
  CHECK(detect(sent, {.in_force = 5'000}).verdict != CensoringVerdict::censored);

  Demand demand;  // every request carried it
  demand.days[0] = day_of(sent);
  demand.num_ctx_asked = {{2'500, demand.days[0].prompt.count()}};
  CHECK(demand::detect_censoring(demand, {}).censoring.kinds == Kinds{"context-shift"});
  demand.num_ctx_asked = {{2'500, 100}};
  CHECK(demand::detect_censoring(demand, {}).censoring.verdict != CensoringVerdict::censored);
}

TEST_CASE(
    "a window that changed during the log is found in the days before, and the later days are told apart") {
  Demand demand;
  for (Day day = 0; day < 20; ++day) {
    std::vector<Request> sent = requests(400, 100 + static_cast<std::uint64_t>(day));
    for (Request& request : sent) {
      if (day < 12 && request.prompt >= 4'096) request.prompt = half_cut(4'096, 5);
    }
    demand.days[day] = day_of(sent);
  }
  const demand::CensoringPeriod found = demand::detect_censoring(demand, {});
  CHECK(found.censoring.verdict == CensoringVerdict::censored);
  CHECK(found.censoring.num_ctx == 4'096);
  CHECK(found.last_day == 11);
  std::erase_if(demand.days, [](const auto& day) { return day.first < 12; });
  CHECK(demand::detect_censoring(demand, {}).censoring.verdict == CensoringVerdict::none);
}

TEST_CASE("refused prompts that tell their true size do not hide the cut of others") {
  std::vector<Request> sent = requests(3'000, 1);
  std::vector<Request> refused;
  for (Request& request : sent) {
    if (request.prompt < 4'096) continue;
    if (refused.size() < 20) refused.push_back(request);
    request.prompt = half_cut(4'096, 5);
  }
  Demand demand;
  demand.days[0] = day_of(sent);
  DayDemand more = day_of(refused);
  more.generation = {};
  demand.days[0].merge(more);
  CHECK(demand::detect_censoring(demand, {}).censoring.num_ctx == 4'096);
}

TEST_CASE("lengths that nothing cut raise no alarm") {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    CHECK(detect(requests(3'000, seed)).verdict == CensoringVerdict::none);
  }
}

TEST_CASE("a client's own limit is called that, even at a length that a window could leave") {
  for (const Tokens limit : {1'500, 1'000, 2'345, 2'050, 1'027, 3'999}) {
    CAPTURE(limit);
    std::vector<Request> sent = requests(3'000, 2);
    for (Request& request : sent) request.prompt = std::min(request.prompt, limit);
    const Censoring found = detect(sent);
    CHECK(found.verdict == CensoringVerdict::client_limit);
    CHECK(found.num_ctx == limit);
    CHECK(found.kinds == Kinds{"prompt-limit"});
  }
}

TEST_CASE("jobs that repeat a few templates are neither cut nor limited") {
  std::vector<Request> sent = requests(3'000, 3);
  for (std::size_t i = 0; i < sent.size(); ++i) {
    if (i % 3 != 0) sent[i].prompt = i % 2 == 0 ? 7'000 : 7'900;
  }
  CHECK(detect(sent).verdict == CensoringVerdict::none);
  for (Request& request : sent) request.prompt = 2'050;                    // always the same
  CHECK(detect(sent, {.windows = {}}).kinds == Kinds{"half-window-cut"});  // no way to tell: the safe side
}

TEST_CASE("no requests, or few, are no evidence") {
  CHECK(detect({}).verdict == CensoringVerdict::none);
  CHECK(detect({{2'050, 1}}).verdict == CensoringVerdict::none);
  CHECK(detect({{2'050, 1}, {2'050, 1}, {2'050, 1}}).verdict == CensoringVerdict::none);
}

TEST_CASE(
    "a few prompts at the mark of a window that the rows state were cut, however far from it the others "
    "end") {
  Demand demand;
  std::vector<Bin> bins;
  for (Tokens i = 0; i < 55; ++i) bins.push_back({700 + i * 41, 1});
  bins.push_back({half_cut(16'384, 4), 5});
  demand.days[0].prompt = demand.days[0].generation = demand.days[0].total = demand.days[0].need =
      make_histogram(bins);
  demand.num_ctx_asked = {{16'384, 60}};
  const Censoring found = demand::detect_censoring(demand, {}).censoring;
  CHECK(found.verdict == CensoringVerdict::censored);
  CHECK(found.num_ctx == 16'384);
  CHECK(found.rows == 5);
  demand.num_ctx_asked.clear();
  CHECK(demand::detect_censoring(demand, {}).censoring.verdict != CensoringVerdict::censored);
}

namespace {

// n prompts of different lengths around 1,500, and some at one value.
DayDemand with_some_at(i64 n, Tokens value, i64 rows) {
  std::vector<Bin> bins{{value, rows}};
  for (Tokens i = 0; i < n; ++i) bins.push_back({500 + i * 13, 1});
  DayDemand day;
  day.prompt = day.generation = day.total = day.need = make_histogram(bins);
  return day;
}

}  // namespace

TEST_CASE("three prompts of 150 at the mark of a window are a cut where it is stated, and told where not") {
  Demand demand;
  demand.days[0] = with_some_at(147, half_cut(4'096, 5), 3);
  demand.num_ctx_asked = {{4'096, 150}};
  const Censoring stated = demand::detect_censoring(demand, {}).censoring;
  CHECK(stated.verdict == CensoringVerdict::censored);
  CHECK(stated.num_ctx == 4'096);
  CHECK(stated.rows == 3);
  CHECK_FALSE(stated.maybe_cut_by);

  demand.num_ctx_asked.clear();
  const Censoring unstated = demand::detect_censoring(demand, {}).censoring;
  CHECK(unstated.verdict == CensoringVerdict::none);
  CHECK(unstated.maybe_cut_by == 4'096);
  CHECK(unstated.maybe_cut == 3);

  // Elsewhere three equal prompts are chance, and so they are where a job repeats its prompts.
  demand.num_ctx_asked = {{4'096, 150}};
  demand.days[0] = with_some_at(147, half_cut(4'096, 5) + 1, 3);
  CHECK(demand::detect_censoring(demand, {}).censoring.verdict == CensoringVerdict::none);
  demand.days[0] = with_some_at(147, half_cut(4'096, 5), 3);
  std::vector<Bin> bins = demand.days[0].prompt.bins;
  for (std::size_t i = 0; i < bins.size(); i += 5) bins[i].count = 3;
  demand.days[0].prompt = make_histogram(bins);
  CHECK(demand::detect_censoring(demand, {}).censoring.verdict == CensoringVerdict::none);
}

TEST_CASE("cuts of known size are proof, and hide nothing; those beside them that nobody measured do") {
  Demand demand;
  demand.days[0] = with_some_at(147, 9'000, 2);
  demand.cuts = {{4'096, 2}};
  const Censoring known = demand::detect_censoring(demand, {}).censoring;
  CHECK(known.verdict == CensoringVerdict::censored);
  CHECK(known.sizes_known);
  CHECK(known.num_ctx == 4'096);
  CHECK(known.rows == 2);
  const DemandStats stats = demand::stats_of(demand, {});
  CHECK_FALSE(hides_need(stats.censoring));
  CHECK(stats.required.num_ctx >= 9'000);
  CHECK(stats.need == demand.days[0].need);

  demand.cuts = {{0, 2}};
  CHECK(demand::detect_censoring(demand, {}).censoring.num_ctx == std::nullopt);

  demand.cuts = {{4'096, 2}};
  std::vector<Bin> bins = demand.days[0].prompt.bins;
  bins.push_back({half_cut(4'096, 5), 3});
  demand.days[0].prompt = demand.days[0].generation = demand.days[0].total = demand.days[0].need =
      make_histogram(bins);
  const Censoring hidden = demand::detect_censoring(demand, {}).censoring;
  CHECK(hides_need(hidden));
  CHECK(hidden.rows == 3);
}

TEST_CASE("a prompt that was refused at an unknown size leaves the need unknown, until more is known") {
  Demand demand;
  demand.days[0].prompt = demand.days[0].total = demand.days[0].need = make_histogram({{100, 20}, {513, 1}});
  demand.refused_at = {{512, 1}};
  const Censoring found = demand::detect_censoring(demand, {}).censoring;
  CHECK(found.verdict == CensoringVerdict::censored);
  CHECK(found.num_ctx == 512);
  CHECK(found.kinds == std::vector<std::string>{"refused-prompt"});
  demand.days[0].need = make_histogram({{100, 20}, {513, 1}, {900, 1}});
  CHECK(demand::detect_censoring(demand, {}).censoring.kinds != found.kinds);
}
