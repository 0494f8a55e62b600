#include <doctest/doctest.h>

#include <array>

#include "memory/memory.hpp"
#include "memory/scheduler/prediction.hpp"

using namespace ctxcap;

namespace {

constexpr Bytes kMiB = 1LL << 20, kGiB = 1LL << 30;

// A model of `gib` GiB whose formula takes 128 KiB a token, as one of 32 blocks with 8 heads of 128 would.
LoadRequest a_load(const std::string& name, double gib, Tokens num_ctx, i64 keep_alive_ms = 300'000) {
  return {.model = {.name = name,
                    .weights = name,
                    .file_bytes = static_cast<Bytes>(gib * static_cast<double>(kGiB)),
                    .bytes_per_token = 128 * 1024,
                    .blocks = 32},
          .options = {.num_ctx = num_ctx},
          .keep_alive_ms = keep_alive_ms};
}

// Takes what was predicted, as a plain model about does.
LoadTakes as_predicted(const ScheduledModel&, const LoadAttempt& attempt, const BytesByCard&) {
  LoadTakes takes;
  for (const std::string& card : attempt.cards)
    takes.accounted[card] = takes.real[card] =
        attempt.predicted / static_cast<Bytes>(std::max<std::size_t>(1, attempt.cards.size()));
  return takes;
}

SchedulerCard card(double gib, const std::string& name = "CUDA0") {
  return {.name = name, .library = "CUDA", .total = static_cast<Bytes>(gib * static_cast<double>(kGiB))};
}

std::string names(const std::vector<Resident>& residents) {
  std::string text;
  for (const Resident& one : residents) text += (text.empty() ? "" : " ") + one.model.name;
  return text;
}

struct Load {
  LoadRequest request;
  const char* residents;  // after it, oldest first
};
struct Scenario {
  const char* what;
  std::vector<SchedulerCard> cards;
  SchedulerSettings settings;
  std::vector<Load> loads;
};

LoadRequest with(LoadRequest request, const std::function<void(LoadOptions&)>& change) {
  change(request.options);
  return request;
}

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> all = {
      {"80 % of what is free, and not a byte more: 3 + 1 GiB beside 10 - 5 free",
       {card(10)},
       {},
       {{a_load("a", 4, 8192), "a"}, {a_load("b", 3, 8192), "a b"}, {a_load("b", 3, 8448), "b"}}},
      {"a written batch costs 768 MiB from 1,024, two GiB from 2,048, and nothing below",
       {card(10)},
       {},
       {{a_load("a", 4, 8192), "a"},
        {with(a_load("b", 3, 8192), [](LoadOptions& o) { o.num_batch = 512; }), "a b"},
        {with(a_load("b", 3, 8192), [](LoadOptions& o) { o.num_batch = 1024; }), "b"}}},
      {"the shortest keep_alive goes first, not the oldest",
       {card(24)},
       {.max_loaded = 2},
       {{a_load("b", 1, 2048, 900'000), "b"},
        {a_load("a", 1, 2048, 600'000), "b a"},
        {a_load("c", 1, 2048), "b c"}}},
      {"ties go by the weights' name, for ever last",
       {card(24)},
       {.max_loaded = 3},
       {{a_load("c", 1, 2048), "c"},
        {a_load("b", 1, 2048), "c b"},
        {a_load("a", 1, 2048, kForever), "c b a"},
        {a_load("d", 1, 2048), "c a d"},
        {a_load("e", 1, 2048), "a d e"}}},
      {"three for each card, three without one",
       {},
       {},
       {{a_load("a", 90, 2048), "a"},
        {a_load("b", 90, 2048), "a b"},
        {a_load("c", 90, 2048), "a b c"},
        {a_load("d", 90, 2048), "b c d"}}},
      {"all layers but the output's are not checked; all of them are",
       {card(10)},
       {},
       {{a_load("a", 7, 8192), "a"},
        {with(a_load("b", 3, 8192), [](LoadOptions& o) { o.num_gpu = 32; }), "a b"},
        {with(a_load("b", 3, 8192), [](LoadOptions& o) { o.num_gpu = 33; }), "b"}}},
      {"on the CPU nothing is checked",
       {card(10)},
       {},
       {{a_load("a", 7, 8192), "a"},
        {with(a_load("b", 30, 8192), [](LoadOptions& o) { o.num_gpu = 0; }), "a b"}}},
      {"the single card with most free, if one is enough",
       {card(8), card(10, "CUDA1")},
       {},
       {{a_load("a", 5, 8192), "a"}, {a_load("b", 4, 8192), "a b"}, {a_load("c", 5, 8192), "b c"}}},
      {"pinned to different cards they never meet",
       {card(8), card(8, "CUDA1")},
       {},
       {{with(a_load("a", 6, 2048), [](LoadOptions& o) { o.main_gpu = 0; }), "a"},
        {with(a_load("b", 6, 2048), [](LoadOptions& o) { o.main_gpu = 1; }), "a b"}}},
      {"slots multiply the window",
       {card(10)},
       {.parallel = 4},
       {{a_load("a", 4, 2048), "a"}, {a_load("b", 3, 2048), "a b"}, {a_load("b", 3, 2304), "b"}}},
  };
  return all;
}

// Numbers that look random and are the same everywhere.
class Numbers {
 public:
  i64 below(i64 limit) {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<i64>((state_ >> 33) % static_cast<unsigned long long>(limit));
  }

 private:
  unsigned long long state_ = 7;
};

}  // namespace

TEST_CASE("who stays loaded") {
  for (const Scenario& one : scenarios()) {
    CAPTURE(one.what);
    memory::Scheduler server(one.cards, one.settings, as_predicted);
    for (const Load& load : one.loads) {
      server.load(load.request);
      CHECK(names(server.residents()) == load.residents);
    }
  }
}

TEST_CASE("what makes a loaded model start anew") {
  struct Row {
    const char* what;
    std::function<void(LoadOptions&)> change;
    bool reloads;
  };
  const Row rows[] = {
      {"nothing", [](LoadOptions&) {}, false},
      {"another window", [](LoadOptions& o) { o.num_ctx = 8448; }, true},
      {"num_gpu unset by -1", [](LoadOptions& o) { o.num_gpu = -1; }, false},
      {"num_gpu that is what it does anyway", [](LoadOptions& o) { o.num_gpu = 99; }, true},
      {"main_gpu of the only card", [](LoadOptions& o) { o.main_gpu = 0; }, true},
      {"threads", [](LoadOptions& o) { o.num_thread = 4; }, true},
      {"mmap", [](LoadOptions& o) { o.use_mmap = false; }, true},
      {"no context shift", [](LoadOptions& o) { o.shift = false; }, true},
      {"context shift, which is the default", [](LoadOptions& o) { o.shift = true; }, false},
      {"another batch", [](LoadOptions& o) { o.num_batch = 256; }, true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    memory::Scheduler server({card(24)}, {}, as_predicted);
    server.load(a_load("a", 4, 8192));
    const SchedulerStep step = server.load(with(a_load("a", 4, 8192), row.change));
    CHECK((step.status == SchedulerStep::Status::loaded) == row.reloads);
  }
}

TEST_CASE("the closed condition for two models says what a replay does") {
  Numbers numbers;
  int stays = 0, goes = 0;
  for (int i = 0; i < 2000; ++i) {
    SchedulerCard one = card(4 + static_cast<double>(numbers.below(28)));
    one.driver = numbers.below(600) * kMiB;
    one.others = numbers.below(4000) * kMiB;
    const auto any = [&](const char* name) {
      return a_load(name, 0.3 + static_cast<double>(numbers.below(120)) / 10, 256 * (1 + numbers.below(200)));
    };
    const LoadRequest a = any("a"), b = any("b");
    memory::Scheduler server({one}, {}, as_predicted);
    server.load(a);
    const Bytes accounted = server.residents().front().accounted.at("CUDA0");
    const SchedulerStep second = server.load(b);
    const bool stayed = server.residents().size() == 2;
    const Bytes free = one.total - one.driver - one.others;
    REQUIRE(!second.attempts.empty());
    CHECK(memory::stays_beside(second.attempts.front(), free, accounted) == stayed);
    ++(stayed ? stays : goes);
  }
  CHECK(stays > 200);
  CHECK(goes > 200);
}

TEST_CASE("models in turn: at once, after one reload, or never") {
  const auto keeping = [](const std::vector<LoadRequest>& requests, double gib) {
    return memory::kept_together(requests, {.cards = {card(gib)}, .takes = as_predicted});
  };
  CHECK(keeping({a_load("a", 3, 8192), a_load("b", 3, 8192)}, 10).keeping == Keeping::at_once);
  // 9 + 1 GiB first leaves 80 % of 6: 4.8. 3 + 1 first leave 80 % of 12: 9.6.
  const KeptTogether once = keeping({a_load("a", 3, 8192), a_load("b", 9, 8192)}, 16);
  CHECK(once.keeping == Keeping::settles);
  CHECK(once.good_orders == std::vector<std::vector<std::string>>{{"b", "a"}});
  REQUIRE(once.evictions.size() == 1);
  CHECK(once.evictions[0].loading == "b");
  CHECK(once.evictions[0].evicts == "a");
  CHECK(once.evictions[0].compared == 10 * kGiB);
  const KeptTogether never = keeping({a_load("a", 4, 8192), a_load("b", 4, 8192)}, 10);
  CHECK(never.keeping == Keeping::never);
  CHECK(never.good_orders.empty());
  CHECK(never.evictions.size() == 2);
  // The count alone.
  CHECK(memory::kept_together(std::vector{a_load("a", 1, 512), a_load("b", 1, 512)},
                              {.cards = {card(24)}, .settings = {.max_loaded = 1}, .takes = as_predicted})
            .keeping == Keeping::never);
}
