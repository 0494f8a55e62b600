#include "policy/night.hpp"

#include <doctest/doctest.h>

#include "policy/policy.hpp"

using namespace ctxcap;
using namespace ctxcap::policy;

namespace {

constexpr i64 kMicrosPerDay = 86'400'000'000;
constexpr Day kTonight = 20'000;  // it begins on that evening

// 02:30 of a night.
Instant in_night(Day night) {
  return {(night + 1) * kMicrosPerDay + i64{150} * 60'000'000};
}
const Moment kMoment{.now = in_night(kTonight)};

Kept kept(std::string name, std::vector<std::string> jobs = {}) {
  return {.wanted = {.name = std::move(name), .base = "m", .jobs = std::move(jobs)}};
}

OwnedVariant owned(Tokens window, Day night) {
  return {.variant = {.name = "m:a", .base = "m", .num_ctx = window}, .created = in_night(night)};
}

DecisionRecord told(Day night, Outcome outcome, std::optional<Tokens> to = std::nullopt, i64 run = 1) {
  return {.at = in_night(night), .run = run, .job = "mail", .to_num_ctx = to, .outcome = outcome};
}

Demand demand(std::string job, std::string model, std::vector<Day> days) {
  Demand demand{.job = std::move(job), .model = std::move(model)};
  for (const Day day : days) {
    DayDemand one;
    one.need = make_histogram({{100, 1}});
    demand.days[day] = one;
  }
  return demand;
}

BaseDecision decision(Tokens window, std::vector<std::string> jobs = {"mail"}) {
  BaseDecision base{.model = "m", .num_ctx = window, .num_predict = 256};
  for (std::string& name : jobs) {
    JobDecision job{.num_ctx = window, .num_predict = 256, .action = Action::shrink, .reason = "by the data"};
    job.stats.job = std::move(name);
    job.stats.requests = 100;
    job.stats.days = 10;
    job.stats.required.num_ctx = window - 1;
    for (const Tokens rung : {4'096, 8'192, 16'384})
      job.candidates.push_back({.num_ctx = rung, .taken = rung == window, .memory = {.total_bytes = rung}});
    base.jobs.push_back(std::move(job));
  }
  return base;
}

}  // namespace

TEST_CASE("a job is judged by the variant that names it, else by the one that takes all") {
  Group group{.variants = {kept("m:a", {"mail"}), kept("m:b"), kept("m:c", {"chat", "mail"})}};
  CHECK(group.judge_of("mail").name == "m:a");
  CHECK(group.judge_of("chat").name == "m:c");
  CHECK(group.judge_of("other").name == "m:b");
  group.variants.erase(group.variants.begin() + 1);
  CHECK(group.judge_of("other").name == "m:a");
}

TEST_CASE("variants of a base share a window, unless one has its own") {
  Group group{.base = "m", .variants = {kept("m:a")}};
  Wanted other = kept("m:b").wanted;
  CHECK(shares_window(group, other, false));
  CHECK_FALSE(shares_window(group, other, true));
  other.base = "M:latest";
  CHECK(shares_window(group, other, false));
  other.num_ctx = 4'096;
  CHECK_FALSE(shares_window(group, other, false));
  other = kept("x:b").wanted;
  other.base = "x";
  CHECK_FALSE(shares_window(group, other, false));
  group.variants.front().wanted.num_ctx = 4'096;
  CHECK_FALSE(shares_window(group, kept("m:b").wanted, false));
}

TEST_CASE("requests count under the name of the base, of a variant, and of one that is tried") {
  Group group{.base = "m", .variants = {kept("m:a", {"mail", "chat"})}};
  const std::vector<Wanted> all{group.leader(), kept("m:b").wanted};
  const std::vector<Demand> demands{demand("mail", "m", {kTonight - 200, kTonight - 3}),
                                    demand("mail", "m:a-canary", {kTonight - 2}),
                                    demand("chat", "m:b", {kTonight - 1}),
                                    demand("mail", "x", {kTonight - 1}),
                                    demand("other", "m", {kTonight - 1}),
                                    demand("chat", "m", {kTonight - 200})};
  add_demand(demands, all, kTonight, group);
  REQUIRE(group.demands.size() == 2);
  CHECK(group.demands[0].job == "chat");
  CHECK(group.demands[1].job == "mail");
  CHECK(group.demands[1].model == "m");
  CHECK(group.demands[1].days.size() == 2);  // what is older than history_days does not count
  CHECK(group.under_cap.empty());
}

TEST_CASE("days after its creation are days under the window of a variant") {
  Group group{.base = "m", .variants = {kept("m:a")}};
  group.variants.front().ours = owned(8'192, kTonight - 5);
  const std::vector<Wanted> all{group.leader()};
  const Day created = day_of(group.variants.front().ours->created);
  const std::vector<Demand> demands{demand("mail", "m:a", {created - 1, created, created + 1}),
                                    demand("mail", "m", {created + 1})};
  add_demand(demands, all, kTonight, group);
  REQUIRE(group.under_cap.size() == 1);
  CHECK(group.under_cap.front().days.size() == 1);
  CHECK(group.under_cap.front().days.begin()->first == created + 1);
}

TEST_CASE("who rolls back is heeded for as many nights as a shrink needs") {
  const Wanted wanted = kept("m:a").wanted;
  const std::vector<DecisionRecord> back{told(kTonight - 3, Outcome::applied, 8'192),
                                         told(kTonight - 1, Outcome::rolled_back, 16'384, 0)};
  CHECK(nights_of_rest(wanted, back, kMoment) == 2);
  Wanted fixed = wanted;
  fixed.num_ctx = 8'192;
  CHECK(nights_of_rest(fixed, back, kMoment) == 0);
  std::vector<DecisionRecord> again = back;
  again.push_back(told(kTonight - 1, Outcome::applied, 8'192));
  CHECK(nights_of_rest(wanted, again, kMoment) == 0);
  CHECK(nights_of_rest(wanted, {}, kMoment) == 0);
}

TEST_CASE("the window at dusk is that of before tonight's change") {
  struct Row {
    const char* what;
    Day created;
    std::optional<Tokens> before;
    std::optional<Tokens> at_dusk;
    bool changed;
  };
  const Row rows[] = {
      {"an earlier night", kTonight - 1, 16'384, 8'192, false},
      {"tonight, another window", kTonight, 16'384, 16'384, true},
      {"tonight, the same window", kTonight, 8'192, 8'192, false},
      {"tonight, the first", kTonight, std::nullopt, std::nullopt, true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    Group group{.base = "m", .variants = {kept("m:a")}};
    group.variants.front().ours = owned(8'192, row.created);
    const auto before = row.before ? std::optional(owned(*row.before, kTonight - 9)) : std::nullopt;
    look_back_to_dusk(group, group.variants.front(), before, kMoment);
    CHECK(group.at_dusk == row.at_dusk);
    CHECK(group.changed_tonight == row.changed);
  }
}

TEST_CASE("of a night the largest advice counts, and what a person took back begins anew") {
  const std::vector<DecisionRecord> records{
      told(kTonight - 4, Outcome::unchanged, 4'096),  told(kTonight - 3, Outcome::rolled_back, 0, 0),
      told(kTonight - 2, Outcome::waiting, 4'096),    told(kTonight - 2, Outcome::waiting, 8'192),
      told(kTonight - 1, Outcome::waiting, 4'096, 0), told(kTonight - 1, Outcome::waiting, std::nullopt),
      told(kTonight - 1, Outcome::waiting, 4'096)};
  const std::vector<NightAdvice> nights = earlier_advice(records, kMoment);
  REQUIRE(nights.size() == 2);
  CHECK(nights[0].night == kTonight - 2);
  CHECK(nights[0].num_ctx == 8'192);
  CHECK(nights[1].night == kTonight - 1);
  CHECK_FALSE(nights[1].num_ctx);
}

TEST_CASE("what was told tonight is that of the latest run, not of a hand") {
  const std::vector<DecisionRecord> records{told(kTonight - 1, Outcome::applied),
                                            told(kTonight, Outcome::undone),
                                            told(kTonight, Outcome::applied, 8'192, 0)};
  const DecisionRecord* tonight = told_tonight(records, kMoment);
  REQUIRE(tonight != nullptr);
  CHECK(tonight->outcome == Outcome::undone);
  CHECK(told_tonight(std::span(records).first(1), kMoment) == nullptr);
}

TEST_CASE("room is what tenants, reserve and other bases leave; variants of one base take it once") {
  const Budget card{.card = 100'000, .reserve = 1'000, .tenants = {{"whisperx", 9'000}}};
  Group mine{.base = "m", .variants = {kept("m:a")}}, other{.base = "x", .variants = {kept("x:a")}};
  other.decision = decision(4'096);
  Group larger = other;
  larger.at_dusk = 16'384;
  const std::vector<const Group*> all{&mine, &other, &larger};
  CHECK(room_for(mine, all, card) == 89'500 - 16'384);
  CHECK(room_for(other, all, card) == 89'500);
  CHECK_FALSE(room_for(mine, all, std::nullopt));
  larger.at_dusk = 5'000;  // a window that nobody priced
  CHECK_FALSE(room_for(mine, all, card));
}

TEST_CASE("without a base or requests the verdict says why") {
  Group group{.base = "m", .variants = {kept("m:a")}};
  CHECK(weigh(group, {.moment = kMoment}).reason == "m is not on the server, or cannot be read");
  group.known = true;
  CHECK(weigh(group, {.moment = kMoment}).reason == "its jobs sent no request");
  CHECK(weigh(group, {.moment = kMoment, .sources_missing = true}).reason ==
        "a source could not be read, and no earlier request of its jobs is known");
  group.decision = decision(8'192);
  CHECK(weigh(group, {.moment = kMoment}).move == Move::create);
  group.variants.front().wanted.num_ctx = 8'192;  // a window that somebody wrote down shrinks at once
  group.at_dusk = 16'384;
  CHECK(weigh(group, {.moment = kMoment, .sources_missing = true}).move == Move::shrink);
  group.changed_tonight = true;
  group.variants.front().ours = owned(16'384, kTonight);
  CHECK(weigh(group, {.moment = kMoment}).move == Move::wait);
}

TEST_CASE("a decision at another window says why, for the jobs that a variant serves") {
  const BaseDecision base = decision(8'192, {"chat", "mail"});
  const BaseDecision at = decision_at(base, kept("m:a", {"mail"}).wanted, 16'384, "nights do not agree");
  REQUIRE(at.jobs.size() == 1);
  CHECK(at.num_ctx == 16'384);
  CHECK(at.jobs.front().stats.job == "mail");
  CHECK(at.jobs.front().reason == "nights do not agree");
  CHECK(taken_candidate(at.jobs.front())->num_ctx == 16'384);
  CHECK(decision_at(base, {}, 8'192, "unused").jobs.back().reason == "by the data");
  CHECK(decision_at(base, kept("m:a", {"nobody"}).wanted, 8'192, "").jobs.size() == 2);
}

TEST_CASE("a derived answer limit moves with the window, or when answers reach it") {
  Group group{.base = "m", .variants = {kept("m:a")}, .decision = decision(8'192)};
  Kept& one = group.variants.front();
  CHECK(decision_for(group, one, 8'192).num_predict == 256);
  one.ours = owned(8'192, kTonight - 1);
  one.ours->variant.num_predict = 512;  // more than is derived now: it stays
  CHECK(decision_for(group, one, 8'192).num_predict == 512);
  CHECK(decision_for(group, one, 4'096).num_predict == 256);
  one.ours->variant.num_predict = 256;
  Demand part = demand("mail", "m", {kTonight});
  part.days[kTonight].generation = make_histogram({{256, 3}});
  group.under_cap = {part};
  CHECK(decision_for(group, one, 8'192).num_predict == 512);
  one.wanted.num_predict = 256;
  CHECK(decision_for(group, one, 8'192).num_predict == 256);
}

TEST_CASE("each job is told what became of its group") {
  Group group{.base = "m",
              .variants = {kept("m:a", {"mail"}), kept("m:b")},
              .at_dusk = 16'384,
              .decision = decision(8'192, {"chat", "mail"}),
              .verdict = {Move::hold, 16'384, "8,192 would do"}};
  std::vector<JobNight> jobs = records_of(group, {Outcome::waiting, ""}, kMoment, 7);
  REQUIRE(jobs.size() == 2);
  CHECK(jobs[0].variants == "m:b");
  CHECK(jobs[1].variants == "m:a, m:b");
  CHECK(jobs[1].record.to_num_ctx == 8'192);
  CHECK(jobs[1].record.required == 8'191);
  CHECK(jobs[1].record.action == Action::shrink);
  CHECK(jobs[1].record.reason == "8,192 would do");
  CHECK(jobs[1].record.run == 7);
  group.decision.reset();
  jobs = records_of(group, {Outcome::unchanged, "why"}, kMoment, 7);
  REQUIRE(jobs.size() == 1);
  CHECK(jobs[0].record.job == kNoJob);
  CHECK(jobs[0].record.reason == "why");
  CHECK(jobs[0].record.from_num_ctx == 16'384);
}

TEST_CASE("what went wrong is undone, waits for the server, or failed") {
  const auto outcome = [](ErrorKind kind) { return became({.kind = kind, .what = "a", .why = "b"}).outcome; };
  CHECK(outcome(ErrorKind::unverified) == Outcome::undone);
  CHECK(outcome(ErrorKind::unreachable) == Outcome::waiting);
  CHECK(outcome(ErrorKind::failure) == Outcome::failed);
  CHECK(became({.what = "a", .why = "b"}).reason == "a: b");
}

TEST_CASE("a trial ends with a cut, and lasts for a night or so many requests") {
  Group group{.base = "m", .variants = {kept("m:a")}, .verdict = {Move::shrink, 8'192, "3 nights agree"}};
  group.variants.front().wanted.canary = 100;
  OwnedVariant canary = owned(8'192, kTonight);
  canary.variant.name = "m:a-canary";
  CHECK(judge_trial(group, canary, {.requests = 99}, kMoment).reason ==
        "tried as m:a-canary first: 3 nights agree");
  CHECK_FALSE(judge_trial(group, canary, {.requests = 100}, kMoment).holds_back);
  CHECK(judge_trial(group, canary, {.requests = 1, .cut = true}, kMoment).outcome == Outcome::undone);
  canary.created = in_night(kTonight - 1);
  CHECK_FALSE(judge_trial(group, canary, {}, kMoment).holds_back);
  CHECK(kept("m").wanted.canary_name() == "m:canary");
  CHECK(kept("host:5000/m").wanted.canary_name() == "host:5000/m:canary");
}

TEST_CASE("after the night the new window is in force where it was applied") {
  Group group{
      .base = "m", .variants = {kept("m:a")}, .at_dusk = 16'384, .verdict = {Move::shrink, 8'192, ""}};
  std::vector<JobNight> jobs{{.record = {.model = "m", .outcome = Outcome::applied}}};
  CHECK(window_after(group, jobs) == 8'192);
  jobs.front().record.outcome = Outcome::undone;
  CHECK(window_after(group, jobs) == 16'384);
  jobs.front().record = {.model = "x", .outcome = Outcome::applied};
  CHECK(window_after(group, jobs) == 16'384);
}

TEST_CASE("changes by hand are recorded for each job") {
  const Variant variant{.name = "m:a", .base = "m", .num_ctx = 8'192, .jobs = {"chat", "mail"}};
  const std::vector<DecisionRecord> applied =
      records_of_apply(variant, 4'096, "smallest rung", nullptr, kMoment.now);
  REQUIRE(applied.size() == 2);
  CHECK(applied[1].job == "mail");
  CHECK(applied[1].from_num_ctx == 4'096);
  CHECK(applied[1].action == Action::grow);
  CHECK(applied[1].reason == "applied by hand: smallest rung");
  const Error error{.kind = ErrorKind::unverified, .what = "it", .why = "no"};
  const DecisionRecord failed = records_of_apply(variant, std::nullopt, "", &error, kMoment.now).front();
  CHECK(failed.outcome == Outcome::undone);
  CHECK(failed.action == Action::shrink);
  CHECK(failed.reason == "applied by hand: it: no");

  WayBack way{.now = {.variant = variant}, .before = owned(16'384, 1)};
  CHECK(records_of_rollback(way, kMoment.now).front().action == Action::grow);
  way.before->kept_as = "m:a-ctxcap-kept-1";
  CHECK(records_of_rollback(way, kMoment.now).front().action == Action::withhold);
}

TEST_CASE("a first variant, or a shrink, takes requests of three days; what was cut grows at once") {
  Group group{.base = "m", .variants = {kept("m:a")}};
  group.known = true;
  for (const i64 days : {0, 2, 3}) {
    CAPTURE(days);
    group.decision = decision(8'192);
    for (JobDecision& job : group.decision->jobs) job.stats.days = days;
    group.at_dusk.reset();
    const Verdict first = weigh(group, {.moment = kMoment});
    CHECK((first.move == Move::create) == (days == 3));
    if (days == 0) {
      CHECK(first.reason == "no first variant yet: the requests carry no times, so days cannot be counted");
    }
    if (days == 2)
      CHECK(first.reason == "no first variant yet: only 2 days of requests so far; 3 days are needed");
    group.at_dusk = 16'384;
    CHECK_FALSE(weigh(group, {.moment = kMoment}).changes());
    group.at_dusk = 4'096;
    CHECK(weigh(group, {.moment = kMoment}).move == Move::grow);
  }
}

TEST_CASE("a change that was cut short and brought to its end later is recorded as what it was") {
  Journal journal{.host = "http://a:1", .name = "x:t", .since = Instant{5}};
  journal.variant = {.name = "x:t", .base = "x", .num_ctx = 8192, .jobs = {"mail", "agent"}};
  const OwnedVariant before{.host = "http://a:1",
                            .variant = {.name = "x:t", .base = "x", .num_ctx = 4096, .jobs = {"mail"}}};
  const auto grown = policy::records_of_recovered(journal, before, "more is needed");
  REQUIRE(grown.size() == 2);
  CHECK(grown[0].from_num_ctx == 4096);
  CHECK(grown[0].to_num_ctx == 8192);
  CHECK(grown[0].outcome == Outcome::applied);
  CHECK(grown[0].at == Instant{5});
  CHECK(grown[0].host == "http://a:1");
  CHECK(grown[0].reason ==
        "applied by hand: more is needed; it was interrupted, and the next run finished it");
  journal.run = 7;
  CHECK(policy::records_of_recovered(journal, std::nullopt, "more is needed")[0].reason ==
        "more is needed; it was interrupted, and the next run finished it");
  journal = {.host = "http://a:1", .name = "x:t", .since = Instant{5}, .rollback = true};
  const auto back = policy::records_of_recovered(journal, before, "");
  REQUIRE(back.size() == 1);
  CHECK(back[0].outcome == Outcome::rolled_back);
  CHECK(back[0].from_num_ctx == 4096);
  CHECK_FALSE(back[0].to_num_ctx);
}

TEST_CASE("a night says what the card showed since the change") {
  Group group{.base = "m", .variants = {kept("m:a")}, .at_dusk = 8'192, .decision = decision(8'192)};
  const auto said = [&](const SinceChange& since) {
    group.verdict = {Move::keep, 8'192, "as is"};
    heed_card(group, since, kMoment, {});
    return group.verdict.reason;
  };
  CHECK(said({.before = 16'384, .overlaps = 29, .tells_ooms = true}) ==
        "as is; 29 overlaps since the change, no OOM");
  CHECK(said({.overlaps = 1}) ==
        "as is; 1 overlap since the change, and nothing shows whether the card ran out of memory");
  CHECK(said({.tells_ooms = true}) == "as is");
  // It shrank: whatever ran out of memory did not for that.
  CHECK(said({.before = 16'384, .overlaps = 3, .tells_ooms = true, .ooms = {10}}) ==
        "as is; 3 overlaps since the change, 1 OOM");
  CHECK(group.verdict.move == Move::keep);
}

TEST_CASE("a growth after which the card ran out of memory is taken back") {
  Group group{.base = "m", .variants = {kept("m:a")}, .at_dusk = 16'384, .decision = decision(16'384)};
  SinceChange since{.before = 8'192, .overlaps = 9, .tells_ooms = true, .ooms = {8'192, 8'193, std::nullopt}};
  group.verdict = {Move::keep, 16'384, "as is"};
  heed_card(group, since, kMoment, {});
  CHECK(group.verdict.move == Move::shrink);
  CHECK(group.verdict.num_ctx == 8'192);
  CHECK(group.verdict.reason ==
        "taken back: since it grew from 8,192 to 16,384 the card ran out of memory; 1 of 3 OOMs because of "
        "that");
  group.verdict = {Move::keep, 16'384, "as is"};
  heed_card(group, since, kMoment, QuietHours{0, 600});
  CHECK(group.verdict.move == Move::wait);
  // What the window of before would not have left enough for either is no reason.
  since.ooms = {8'193};
  group.verdict = {Move::keep, 16'384, "as is"};
  heed_card(group, since, kMoment, {});
  CHECK(group.verdict.move == Move::keep);
}
