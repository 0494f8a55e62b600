// Sixty nights against a world whose truth is known: what requests really need, and which of them a window
// cut. The caps over time are those that a careful person would choose; the golden file tells them with their
// reasons (CTXCAP_UPDATE=1 writes it anew: look at the diff).

#include <fmt/format.h>

#include "ollama_journal.hpp"
#include "simulation.hpp"

using namespace ctxcap;
using namespace ctxcap::test;

namespace {

// The same world, fed by the server's own log alone: it knows of no jobs, and names the true size of each
// prompt that was cut.
class LoggedSimulation final : public Simulation {
 public:
  LoggedSimulation() : journal_(clock) {
    processes = &journal_;
    config.sources = {{.kind = &sources::usual_kind()}};
    cuts_are_told = true;
  }

  void day(Day day) override {
    Simulation::day(day);
    std::sort(waiting_.begin(), waiting_.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [at, request] : waiting_) request();
    waiting_.clear();
  }

 protected:
  void leave(Day day, i64 second, const Job& job, Request sent, Tokens in_force) override {
    // One model after the other: the server has room for one.
    const i64 block = job.base == kJobs[0].base ? 0 : job.base == kJobs[3].base ? 1 : 2;
    const Instant begin = time_of(day, block * 28'800 + second / 3 + (&job - kJobs) * 20);
    const std::string asked = model(job);
    waiting_.emplace_back(begin, [=, this, &job] {
      journal_.request(begin, {begin.micros + 5'000'000}, asked, job.base, in_force, sent.prompt,
                       sent.generation);
    });
  }

 private:
  OllamaJournal journal_;
  std::vector<std::pair<Instant, std::function<void()>>> waiting_;
};

}  // namespace

TEST_CASE("sixty nights: no cut that an earlier night could have prevented, one load per base and night") {
  Simulation simulation;
  const std::string story = sixty_nights(simulation);
  CHECK(simulation.preventable == 0);
  CHECK(simulation.cuts > 0);  // the job that starts to be truncated is cut before anybody can know
  check_golden(story, "sixty_nights.txt");
}

TEST_CASE("sixty nights with nothing but the server's own log") {
  LoggedSimulation simulation;
  const std::string story = sixty_nights(simulation);
  CHECK(simulation.preventable == 0);
  CHECK(simulation.cuts > 0);
  check_golden(story, "sixty_nights_log.txt");
}

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
