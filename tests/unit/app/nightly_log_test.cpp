// Nights that read the server's own log: wherever a night, a rotation or a kill falls, each request counts
// once, on the day on which it began.

#include <fmt/format.h>

#include <csignal>
#include <set>

#include "nights.hpp"
#include "ollama_journal.hpp"

using namespace ctxcap;
using namespace ctxcap::test;

namespace {

// Requests and their sizes, by model and day.
std::string told(const std::vector<Demand>& demands) {
  std::string text;
  for (const Demand& demand : demands) {
    for (const auto& [day, of_day] : demand.days) {
      text += demand.model + " " + iso_date(day) + ":";
      for (const Bin& bin : of_day.total.bins) text += fmt::format(" {}x{}", bin.tokens, bin.count);
      text += "\n";
    }
  }
  return text;
}

}  // namespace

TEST_CASE("nights read on where they were: what lies on both sides of a night or of midnight counts once") {
  Nights nights;
  nights.install_devstral();
  nights.keep("devstral-small-2:mail", "devstral-small-2");
  nights.config.sources = {{.kind = &sources::usual_kind()}};
  OllamaJournal journal(nights.clock);
  nights.processes = &journal;
  // One after the other without a pause, 50 minutes each: over 02:30, over midnight; loaded once, at the
  // beginning. Two nights are missed.
  std::map<Day, std::string> truth;
  constexpr i64 kMinute = 60'000'000;
  for (i64 at = nights.time_of(0, 300).micros, i = 0; at < nights.time_of(11, 0).micros;
       at += 50 * kMinute, ++i) {
    journal.request({at}, {at + 50 * kMinute - 1}, "devstral-small-2:latest", "w", 32'768, 1'000 + i, 100);
    truth[day_of(Instant{at})] += fmt::format(" {}x1", 1'100 + i);
  }
  i64 read = 0;
  for (const Day night : {1, 2, 3, 4, 7, 8, 9, 10}) {
    nights.start(night);
    const auto first = nights.run();
    REQUIRE(first.code);
    const i64 more = std::exchange(journal.read, 0);
    if (night == 2) read = more;
    if (night > 7) CHECK(more < read + 2'000);  // not all of it every night
    REQUIRE(nights.run().code);                 // a second time changes nothing
    journal.read = 0;
  }
  std::string wanted;
  for (const auto& [day, requests] : truth) {
    if (day < day_of(nights.clock.now()))
      wanted += "devstral-small-2 " + iso_date(day) + ":" + requests + "\n";
  }
  std::string got = told(nights.state().demand({.before = day_of(nights.clock.now())}).value());
  CHECK(got == wanted);
}

namespace {

constexpr i64 kMinute = 60'000'000;

// A host whose nights read its log, and what they should know.
struct LoggedNights : Nights {
  LoggedNights() {
    install_devstral();
    keep("devstral-small-2:mail", "devstral-small-2");
    config.sources = {{.kind = &sources::usual_kind()}};
    processes = &journal;
  }
  void request(Instant begin, i64 minutes, Tokens prompt) {
    journal.request(begin, {begin.micros + minutes * kMinute - 1}, "devstral-small-2:latest", "w", 32'768,
                    prompt, 100);
    truth[day_of(begin)].insert(prompt + 100);
  }
  // One after the other without a pause, those of 50 minutes and now and then one of `longest`.
  void fill(Day days, i64 longest, int each) {
    i64 number = 0;
    for (i64 at = time_of(0, 300).micros; at < time_of(days, 0).micros; ++number) {
      const i64 minutes = number % each == each - 1 ? longest : 50;
      request({at}, minutes, 1'000 + number);
      at += minutes * kMinute;
    }
  }
  // Of the last day something may not have ended yet.
  Day settled() { return day_of(clock.now()) - 1; }
  std::string wanted() {
    std::string text;
    for (const auto& [day, needs] : truth) {
      if (day >= settled()) continue;
      text += "devstral-small-2 " + iso_date(day) + ":";
      for (const Tokens need : needs) text += fmt::format(" {}x1", need);
      text += "\n";
    }
    return text;
  }
  std::string got() { return told(state().demand({.before = settled()}).value()); }

  OllamaJournal journal{clock};
  std::map<Day, std::set<Tokens>> truth;
};

}  // namespace

TEST_CASE("requests that take longer than a night looks back over its seam count once, when they began") {
  for (const i64 hours : {7, 9, 13, 20}) {
    CAPTURE(hours);
    LoggedNights nights;
    nights.fill(12, hours * 60, 5);
    for (const Day night : {1, 2, 3, 5, 6, 7, 8, 11}) {
      nights.start(night);
      REQUIRE(nights.run().code);
    }
    CHECK(nights.got() == nights.wanted());
  }
}

TEST_CASE(
    "a log that is rotated between nights, by copying or by renaming, loses nothing and counts nothing "
    "twice") {
  namespace fs = std::filesystem;
  enum class How { copied, half_way, renamed };
  for (const How how : {How::copied, How::half_way, How::renamed}) {
    for (const i64 hour : {3, 12, 23}) {  // in the middle of a request
      CAPTURE(static_cast<int>(how));
      CAPTURE(hour);
      LoggedNights nights;
      nights.processes = nullptr;
      nights.fill(8, 7 * 60, 9);
      const std::string log = nights.directory() + "/ollama.log";
      nights.config.sources = {{.kind = &sources::usual_kind(), .where = {log}}};
      Instant written = nights.time_of(0, 0);
      const auto write_until = [&](Instant until) {
        std::ofstream(log, std::ios::app) << nights.journal.text(written, until);
        written = until;
      };
      for (Day night = 1; night < 8; ++night) {
        const Instant now = nights.time_of(night - 1, hour * 3'600);
        write_until(now);
        for (Day part = night; part > 1; --part) {
          const std::string older = log + "." + std::to_string(part - 1);
          if (fs::exists(older)) fs::rename(older, log + "." + std::to_string(part));
        }
        if (how == How::renamed)
          fs::rename(log, log + ".1");
        else
          fs::copy_file(log, log + ".1");
        if (how == How::half_way && night > 1) {  // a night begins before the log is cut
          nights.clock.set(now);
          REQUIRE(nights.run().code);
          CHECK(nights.got() == nights.wanted());
        }
        std::ofstream(log, std::ios::trunc);
        nights.start(night);
        write_until(nights.clock.now());
        REQUIRE(nights.run().code);
        CHECK(nights.got() == nights.wanted());
      }
    }
  }
}

TEST_CASE(
    "killed while it reads the log, or when that is kept: the next run ends well, and nothing counts twice") {
  int killed = 0;
  for (const i64 entry : {1, 2, 40, 300, 500, 700, -1, -2}) {  // below 0: what is said behind the reading
    CAPTURE(entry);
    LoggedNights nights;
    nights.fill(6, 7 * 60, 9);
    nights.start(3);
    REQUIRE(nights.run().code);
    CHECK(nights.got() == nights.wanted());
    nights.start(5);
    nights.journal.read = 0;
    nights.journal.kill_at = entry;
    if (entry < 0) nights.console.kill_at = entry == -1 ? "not counted" : "of jobs added";
    const pid_t child = nights.run_in_child();
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    killed += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL ? 1 : 0;
    nights.journal.kill_at = 0;
    nights.console.kill_at.clear();
    const auto told_next = nights.run();
    REQUIRE(told_next.code);
    CHECK(nights.got() == nights.wanted());
    CHECK(nights.state().health()->damage.empty());
    const auto again = nights.run();
    CHECK(again.out == told_next.out);
    CHECK(nights.got() == nights.wanted());
  }
  CHECK(killed >= 6);
}
