#pragma once
// Sixty nights against a world whose truth is known: what requests really need, and which of them a window
// cut. What is left of a request in a log is for each world to say.

#include <cmath>
#include <cstdlib>
#include <map>
#include <random>

#include "unit/app/nights.hpp"

namespace ctxcap::test {

inline constexpr Day kNights = 60;
inline constexpr Tokens kServerDefault = 32'768;

struct Job {
  const char* name;
  const char* base;
  const char* variant;
  Tokens (*largest)(Day day);  // that a request of this day may need; 0: the job does not run
};

inline constexpr Day kTruncated = 34, kGone = 20, kRepulled = 27;
inline constexpr Day kDown[] = {9, 36, 37};

// A drifting job: 1.5 % more every day.
inline Tokens drifting(Day day) {
  return static_cast<Tokens>(4'500 * std::pow(1.015, static_cast<double>(day)));
}
inline Tokens steady(Day) {
  return 5'000;
}
// Quiet on six days, large on Mondays; 2026-09-01 is a Tuesday.
inline Tokens weekly(Day day) {
  return (day + 1) % 7 == 0 ? 9'500 : 2'500;
}
inline Tokens vanishing(Day day) {
  return day < kGone ? 26'000 : 0;
}
inline Tokens chat(Day day) {
  return day < kTruncated ? 3'400 : 15'000;
}

inline constexpr Job kJobs[] = {
    {"triage", "devstral-small-2", "devstral-small-2:mail", steady},
    {"report", "devstral-small-2", "devstral-small-2:mail", weekly},
    {"batch", "devstral-small-2", "devstral-small-2:mail", vanishing},
    {"chat", "chatter", "chatter:capped", chat},
    {"digest", "drifter", "drifter:capped", drifting},
};

struct Request {
  Tokens prompt = 0, generation = 0;
  Tokens need() const { return std::max(prompt + generation, prompt + 1); }
};

class Simulation : public Nights {
 public:
  Simulation() {
    install_devstral();
    install("chatter", "1");
    install("drifter", "1");
    fake.state().automatic_ctx = kServerDefault;
    keep("devstral-small-2:mail", "devstral-small-2");
    keep("chatter:capped", "chatter");
    keep("drifter:capped", "drifter");
    for (settings::Variant& variant : config.variants) variant.policy.history_days = 28;
    config.policy.hysteresis.quiet_hours = policy::parse_quiet_hours("07:00-20:00").value();
  }

  // A day of clients, of which something is left.
  virtual void day(Day day) {
    for (const Job& job : kJobs) {
      const Tokens largest = job.largest(day);
      for (int i = 0; largest > 0 && i < 60; ++i) request(day, job, i, drawn(largest));
    }
    close(day);
  }

  // A repeated call with another text is a pull of other weights.
  void install(const std::string& name, const std::string& weights) {
    fake.state().install_show(name, content_of(CTXCAP_ROOT "/examples/email-triage/show.json"), "",
                              fake_digest(name + weights), Bytes{15} << 30);
  }

  int cuts = 0, preventable = 0;

  // What the nights know so far; called after each that could do something.
  void learn() {
    for (auto& [job, seen] : logged_) known_[job] = std::max(known_[job], seen);
  }

 protected:
  // What a request leaves that began then: its counts, as the server gave them under the window it runs with.
  virtual void leave(Day day, i64 second, const Job& job, Request sent, Tokens in_force) {
    const Tokens prompt = sent.prompt < in_force ? sent.prompt : in_force - (in_force - 5) / 2;
    log(day, second, job.name, model(job), prompt, sent.generation);
  }
  std::string model(const Job& job) { return window(job.variant) > 0 ? job.variant : job.base; }

  bool cuts_are_told = false;  // also of what was cut it is known what it needed

 private:
  Request drawn(Tokens largest) {
    std::gamma_distribution<double> shape(4.0, 0.08);
    const double share = std::min(1.0, 0.1 + shape(random_));
    const auto need = static_cast<Tokens>(share * static_cast<double>(largest));
    const Tokens generation = 50 + static_cast<Tokens>(random_() % 150);
    return {std::max<Tokens>(need - generation, 10), generation};
  }

  void request(Day day, const Job& job, int i, Request sent) {
    const Tokens capped = window(job.variant);
    const Tokens in_force = capped > 0 ? capped : kServerDefault;
    if (sent.need() > in_force) {
      ++cuts;
      // An earlier night had seen a request as large, whole, and could have made room for it.
      if (known_[job.name] >= sent.need()) {
        ++preventable;
        MESSAGE("day " << day << ": " << job.name << " needs " << sent.need() << ", window " << in_force
                       << ", known " << known_[job.name]);
      }
    }
    if (sent.need() <= in_force || cuts_are_told) {
      logged_[job.name] = std::max(logged_[job.name], sent.need());
    }
    leave(day, i * 1'400 + day % 7, job, sent, in_force);
  }

  std::mt19937 random_{60};
  std::map<std::string, Tokens> logged_, known_;
};

inline bool is_down(Day night) {
  return std::find(std::begin(kDown), std::end(kDown), night) != std::end(kDown);
}

// The nights that said something new, and what they said.
inline std::string sixty_nights(Simulation& simulation) {
  std::string story, before;
  for (Day night = 1; night <= kNights; ++night) {
    simulation.day(night - 1);
    simulation.start(night);
    if (night == kRepulled) simulation.install("chatter", "2");
    simulation.config.ollama.host = is_down(night) ? "http://127.0.0.1:9" : simulation.fake.url();
    const auto told = simulation.run();
    CAPTURE(night);
    CAPTURE(told.err);
    REQUIRE(told.code);
    CHECK(*told.code == (is_down(night) ? cli::ExitCode::unreachable : cli::ExitCode::done));
    for (const auto& [weights, loads] : simulation.fake.state().loads) CHECK(loads <= 1);
    if (told.out.find("keep: ") == std::string::npos || simulation.loads() > 0)
      CHECK_FALSE(simulation.backup_left());
    if (!is_down(night)) simulation.learn();
    if (told.out != before) {
      story += "night " + std::to_string(night) + ", " + std::to_string(simulation.cuts) + " cut so far\n";
      story += told.out;
    }
    before = told.out;
    if (night % 15 == 0) {  // a second run of the night changes nothing
      const auto again = simulation.run();
      CHECK(again.out == told.out);
      CHECK(simulation.loads() == 0);
    }
  }
  return story;
}

// Compares with the golden file of that name, or writes it (CTXCAP_UPDATE=1): look at the diff.
inline void check_golden(const std::string& story, const std::string& name) {
  const std::string golden = CTXCAP_ROOT "/tests/unit/app/golden/" + name;
  if (std::getenv("CTXCAP_UPDATE") != nullptr) std::ofstream(golden) << story;
  CHECK(story == content_of(golden));
}

}  // namespace ctxcap::test
