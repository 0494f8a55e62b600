#include <doctest/doctest.h>

#include <random>

#include "data/words.hpp"
#include "policy/policy.hpp"

using namespace ctxcap;
using namespace ctxcap::policy;

namespace {

constexpr Day kTonight = 20'000;
constexpr Bytes kGiB = 1ll << 30;

// 8,192 runs, and for three weeks nobody needed more than 4,096, which would free 1 GiB of a card of 24.
Tonight calm() {
  return {.night = kTonight,
          .local_minute = 3 * 60,
          .running = 8192,
          .advised = 4096,
          .clean_since = kTonight - 21,
          .earlier = {{kTonight - 1, 4096}, {kTonight - 2, 4096}},
          .bytes = {{4096, 10 * kGiB}, {6144, 10 * kGiB + kGiB / 2}, {8192, 12 * kGiB}, {16384, 14 * kGiB}},
          .card = 24 * kGiB,
          .room = 16 * kGiB};
}

Verdict weigh_with(void (*edit)(Tonight&, HysteresisOptions&)) {
  Tonight tonight = calm();
  HysteresisOptions options;
  edit(tonight, options);
  return weigh(tonight, options);
}

}  // namespace

TEST_CASE("every verdict has its reason") {
  struct Row {
    const char* name;
    void (*edit)(Tonight&, HysteresisOptions&);
    Move move;
    std::optional<Tokens> num_ctx;
    const char* reason;
  };
  const Row rows[] = {
      {"all conditions hold", [](Tonight&, HysteresisOptions&) {}, Move::shrink, 4096,
       "3 nights agree, 3 whole weeks without a cut request, saves 2.00 GiB"},
      {"nothing runs yet", [](Tonight& t, HysteresisOptions&) { t.running.reset(); }, Move::create, 4096,
       "the first variant"},
      {"nothing runs yet, few requests",
       [](Tonight& t, HysteresisOptions&) {
         t.running.reset();
         t.little_data = true;
       },
       Move::create, 4096, "the first variant, on little data"},
      {"no advice", [](Tonight& t, HysteresisOptions&) { t.advised.reset(); }, Move::withheld, 8192,
       "no window can be advised from this data"},
      {"the same", [](Tonight& t, HysteresisOptions&) { t.advised = 8192; }, Move::keep, 8192,
       "the window in use is right"},
      {"needs grew", [](Tonight& t, HysteresisOptions&) { t.advised = 16384; }, Move::grow, 16384,
       "requests need more than the window in use"},
      {"requests were cut",
       [](Tonight& t, HysteresisOptions&) {
         t.advised = 16384;
         t.clean_since.reset();
         t.sources_missing = true;  // no reason not to grow
       },
       Move::grow, 16384, "requests were cut, so their need is unknown"},
      {"no room to grow",
       [](Tonight& t, HysteresisOptions&) {
         t.advised = 16384;
         t.room = 13 * kGiB;
       },
       Move::blocked, 8192,
       "requests need more than the window in use, but 16,384 would take 14.0 GiB and the card has 13.0 GiB "
       "left"},
      {"cut, so no shrink", [](Tonight& t, HysteresisOptions&) { t.clean_since.reset(); }, Move::hold, 8192,
       "4,096 would do; requests were cut, and their need is unknown"},
      {"thirteen days", [](Tonight& t, HysteresisOptions&) { t.clean_since = kTonight - 13; }, Move::hold,
       8192, "4,096 would do; 1 of 2 whole weeks without a cut request so far"},
      {"fourteen days", [](Tonight& t, HysteresisOptions&) { t.clean_since = kTonight - 14; }, Move::shrink,
       4096, "3 nights agree, 2 whole weeks without a cut request, saves 2.00 GiB"},
      {"two nights", [](Tonight& t, HysteresisOptions&) { t.earlier.pop_back(); }, Move::hold, 8192,
       "4,096 would do; 2 of 3 nights agree so far"},
      {"the night before last did not agree",
       [](Tonight& t, HysteresisOptions&) { t.earlier[1].num_ctx = 8192; }, Move::hold, 8192,
       "4,096 would do; 2 of 3 nights agree so far"},
      {"a night without advice agrees with nobody",
       [](Tonight& t, HysteresisOptions&) { t.earlier[0].num_ctx.reset(); }, Move::hold, 8192,
       "4,096 would do; 1 of 3 nights agree so far"},
      {"the same night twice is one night",
       [](Tonight& t, HysteresisOptions&) {
         t.earlier = {{kTonight, 4096}, {kTonight - 1, 4096}};
       },
       Move::hold, 8192, "4,096 would do; 2 of 3 nights agree so far"},
      {"nights missed in between do not count",
       [](Tonight& t, HysteresisOptions&) {
         t.earlier = {{kTonight - 5, 4096}, {kTonight - 9, 4096}};
       },
       Move::shrink, 4096, "3 nights agree, 3 whole weeks without a cut request, saves 2.00 GiB"},
      {"to the largest of the three", [](Tonight& t, HysteresisOptions&) { t.earlier[1].num_ctx = 6144; },
       Move::shrink, 6144, "3 nights agree, 3 whole weeks without a cut request, saves 1.50 GiB"},
      {"not worth a reload", [](Tonight& t, HysteresisOptions&) { t.bytes[4096] = 12 * kGiB - kGiB / 4; },
       Move::hold, 8192, "4,096 would do; it would save 256 MiB; below 1.20 GiB a reload is not worth it"},
      {"not worth a reload where no card is known",
       [](Tonight& t, HysteresisOptions&) {
         t.bytes[4096] = 12 * kGiB - kGiB / 4;
         t.card.reset();
       },
       Move::hold, 8192, "4,096 would do; it would save 256 MiB; below 512 MiB a reload is not worth it"},
      {"little, but it makes room",
       [](Tonight& t, HysteresisOptions&) {
         t.bytes[4096] = 12 * kGiB - kGiB / 4;
         t.room = 12 * kGiB - 1;
       },
       Move::shrink, 4096,
       "3 nights agree, 3 whole weeks without a cut request, saves 256 MiB and lets the others fit the card"},
      {"little, and still no room",
       [](Tonight& t, HysteresisOptions&) {
         t.bytes[4096] = 12 * kGiB - kGiB / 4;
         t.room = 11 * kGiB;
       },
       Move::hold, 8192, "4,096 would do; it would save 256 MiB; below 1.20 GiB a reload is not worth it"},
      {"memory unknown", [](Tonight& t, HysteresisOptions&) { t.bytes.clear(); }, Move::hold, 8192,
       "4,096 would do; how much it would save is unknown"},
      {"a source is down", [](Tonight& t, HysteresisOptions&) { t.sources_missing = true; }, Move::hold, 8192,
       "4,096 would do; a source did not answer, so nothing shrinks tonight"},
      {"quiet hours, shrink",
       [](Tonight& t, HysteresisOptions& o) {
         o.quiet_hours = QuietHours{22 * 60, 6 * 60};
         t.local_minute = 5 * 60 + 59;
       },
       Move::wait, 4096,
       "3 nights agree, 3 whole weeks without a cut request, saves 2.00 GiB; waits for the quiet hours to "
       "end at "
       "06:00"},
      {"quiet hours, grow",
       [](Tonight& t, HysteresisOptions& o) {
         o.quiet_hours = QuietHours{2 * 60, 4 * 60};
         t.advised = 16384;
       },
       Move::wait, 16384,
       "requests need more than the window in use; waits for the quiet hours to end at 04:00"},
      {"quiet hours, nothing to do",
       [](Tonight& t, HysteresisOptions& o) {
         o.quiet_hours = QuietHours{2 * 60, 4 * 60};
         t.advised = 8192;
       },
       Move::keep, 8192, "the window in use is right"},
      {"settings: one night, no weeks, nothing saved",
       [](Tonight& t, HysteresisOptions& o) {
         o = {.shrink_after_nights = 1, .shrink_after_weeks = 0, .min_saving = 0, .min_saving_share = 0};
         t.earlier.clear();
         t.clean_since = kTonight;
         t.bytes[4096] = 12 * kGiB;
       },
       Move::shrink, 4096, "1 night agrees, 0 whole weeks without a cut request, saves 0 B"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const Verdict verdict = weigh_with(row.edit);
    CHECK(word(verdict.move) == word(row.move));
    CHECK(verdict.num_ctx == row.num_ctx);
    CHECK(verdict.reason == row.reason);
  }
}

TEST_CASE("quiet hours are read as people write them") {
  CHECK(parse_quiet_hours("08:00-20:00").value() == QuietHours{480, 1200});
  CHECK(parse_quiet_hours("22:00-06:30").value() == QuietHours{1320, 390});
  CHECK(parse_quiet_hours("00:00-23:59").value() == QuietHours{0, 1439});
  for (const char* bad : {"", "8:00-20:00", "08:00", "08:00-08:00", "08:00-24:00", "08:60-09:00",
                          "08:00 - 20:00", "08.00-20.00", "08:00-20:00-22:00", "-", "+8:00-20:00"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_quiet_hours(bad).has_value());
  }
}

TEST_CASE("quiet hours against every minute of the day") {
  for (const QuietHours hours :
       {QuietHours{480, 1200}, QuietHours{1320, 390}, QuietHours{0, 1}, QuietHours{1439, 0}}) {
    int quiet = 0;
    for (int minute = 0, at = hours.from; minute < 1440; ++minute, at = (at + 1) % 1440) {
      const bool inside = quiet < (hours.to - hours.from + 1440) % 1440;  // the first so many from `from` on
      quiet += is_quiet(hours, at) ? 1 : 0;
      CHECK(is_quiet(hours, at) == inside);
    }
  }
}

TEST_CASE("a night goes from noon to noon, local time") {
  const auto night = [](const char* time, i64 offset) {
    return iso_date(night_of(*parse_time(time), offset));
  };
  CHECK(night("2026-11-20T23:55:00Z", 0) == "2026-11-20");
  CHECK(night("2026-11-21T00:05:00Z", 0) == "2026-11-20");
  CHECK(night("2026-11-21T11:59:59Z", 0) == "2026-11-20");
  CHECK(night("2026-11-21T12:00:00Z", 0) == "2026-11-21");
  CHECK(night("2026-11-21T12:00:00Z", -60) == "2026-11-20");
  CHECK(night("2026-11-20T18:00:00Z", 9 * 60) == "2026-11-20");
}

namespace {

// The rules once more, said slowly: one question after the other, each over all the data.
Verdict slow(const Tonight& t, const HysteresisOptions& o) {
  const auto quiet = [&] {
    if (!o.quiet_hours) return false;
    for (int m = o.quiet_hours->from; m != o.quiet_hours->to; m = (m + 1) % 1440) {
      if (m == t.local_minute) return true;
    }
    return false;
  };
  const auto known = [&](Tokens n) { return t.bytes.contains(n); };
  const auto too_big = [&](Tokens n) { return known(n) && t.room && t.bytes.at(n) > *t.room; };
  if (!t.advised) return {Move::withheld, t.running, ""};
  if (!t.running || *t.advised > *t.running) {
    if (too_big(*t.advised)) return {Move::blocked, t.running, ""};
    if (quiet()) return {Move::wait, t.advised, ""};
    return {t.running ? Move::grow : Move::create, t.advised, ""};
  }
  if (*t.advised == *t.running) return {Move::keep, t.running, ""};
  Tokens target = *t.advised;
  i64 nights = 1;
  for (Day back = 1; back < 60 && nights < o.shrink_after_nights; ++back) {  // missed nights are stepped over
    for (const NightAdvice& e : t.earlier) {
      if (e.night != t.night - back) continue;
      if (!e.num_ctx || *e.num_ctx >= *t.running) return {Move::hold, t.running, ""};
      target = std::max(target, *e.num_ctx);
      ++nights;
    }
  }
  const bool long_clean = t.clean_since && *t.clean_since + 7 * o.shrink_after_weeks <= t.night;
  if (t.sources_missing || nights < o.shrink_after_nights || !known(target) || !known(*t.running) ||
      (!long_clean && !(t.clean_since && o.shrink_after_weeks == 0)))
    return {Move::hold, t.running, ""};
  const Bytes saving = t.bytes.at(*t.running) - t.bytes.at(target);
  const bool enough =
      saving >= o.min_saving &&
      saving >= static_cast<Bytes>(o.min_saving_share * static_cast<double>(t.card.value_or(0)));
  const bool makes_room = t.room && too_big(*t.running) && !too_big(target);
  if (!enough && !makes_room) return {Move::hold, t.running, ""};
  if (quiet()) return {Move::wait, target, ""};
  return {Move::shrink, target, ""};
}

}  // namespace

TEST_CASE("a hundred thousand nights, against the same rules said slowly") {
  std::mt19937 random(1);
  const auto below = [&](i64 n) { return static_cast<i64>(random() % static_cast<std::uint32_t>(n)); };
  const auto window = [&]() -> std::optional<Tokens> {
    constexpr Tokens kWindows[] = {2048, 4096, 6144, 8192};
    const i64 i = below(5);
    return i == 4 ? std::nullopt : std::optional(kWindows[i]);
  };
  std::map<Move, int> seen;
  for (int round = 0; round < 100'000; ++round) {
    Tonight t{.night = kTonight,
              .local_minute = static_cast<int>(below(1440)),
              .running = window(),
              .advised = window()};
    if (below(8) != 0) t.clean_since = kTonight - below(40) + 2;
    t.sources_missing = below(8) == 0;
    for (Day back = 1; back < 6; ++back) {
      if (below(4) != 0)
        t.earlier.push_back({kTonight - back, below(3) == 0 ? window() : std::optional<Tokens>(2048)});
    }
    std::shuffle(t.earlier.begin(), t.earlier.end(), random);
    for (const Tokens n : {2048, 4096, 6144, 8192}) {
      if (below(10) != 0) t.bytes[n] = 8 * kGiB + n * (below(2) == 0 ? 1 << 16 : 1 << 19);
    }
    if (below(2) == 0) t.card = 24 * kGiB;
    if (below(3) != 0) t.room = 8 * kGiB + below(5) * kGiB;
    HysteresisOptions o{.shrink_after_nights = 1 + below(4), .shrink_after_weeks = below(4)};
    if (below(2) == 0)
      o.quiet_hours = QuietHours{static_cast<int>(below(720)), static_cast<int>(720 + below(720))};
    if (o.quiet_hours && below(2) == 0) std::swap(o.quiet_hours->from, o.quiet_hours->to);

    const Verdict fast = weigh(t, o), expected = slow(t, o);
    REQUIRE(word(fast.move) == word(expected.move));
    REQUIRE(fast.num_ctx == expected.num_ctx);
    // Whatever the data: no change in quiet hours, no shrink below an advice, nothing without a reason.
    if (fast.changes() && o.quiet_hours) REQUIRE_FALSE(is_quiet(*o.quiet_hours, t.local_minute));
    if (fast.move == Move::shrink) REQUIRE(*fast.num_ctx >= *t.advised);
    if (fast.move == Move::shrink) REQUIRE(*fast.num_ctx < *t.running);
    REQUIRE_FALSE(fast.reason.empty());
    ++seen[fast.move];
  }
  CHECK(seen.size() == 8);  // every kind of verdict was met
  for (const auto& item : seen) {
    const auto& move = item.first;
    const auto& count = item.second;
    CAPTURE(word(move));
    CHECK(count > 100);
  }
}
