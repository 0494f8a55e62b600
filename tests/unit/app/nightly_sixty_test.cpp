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
