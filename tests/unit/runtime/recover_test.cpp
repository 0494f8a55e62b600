// After an apply that never said how it ended, and when a signal asks it to stop.

#include <csignal>

#include "story.hpp"

using namespace ctxcap;
using namespace ctxcap::test;
using runtime::Recovery;
using runtime::Step;

TEST_CASE("what is left of an apply is put in order") {
  struct Row {
    const char* name;
    bool had_previous, backup_left, variant_left, proved;
    Recovery recovery;
    const char* kept;  // "old", "new" or "" for none
  };
  const Row rows[] = {
      {"backed up, not created", true, true, false, false, Recovery::restored, "old"},
      {"created, not proved", true, true, true, false, Recovery::restored, "old"},
      {"proved, the backup still there", true, true, true, true, Recovery::finished, "new"},
      {"proved and cleaned up", true, false, true, true, Recovery::finished, "new"},
      {"the first one, not proved", false, false, true, false, Recovery::removed, ""},
      {"the first one, proved", false, false, true, true, Recovery::finished, "new"},
      {"the first one, not created", false, false, false, false, Recovery::nothing_to_do, ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Story story;
    OllamaState& state = story.fake.state();
    std::string before;
    if (row.had_previous) before = story.install_previous();
    runtime::Ollama ollama = story.ollama();
    if (row.backup_left) REQUIRE(ollama.copy("tiny:triage", runtime::backup_name("tiny:triage")));
    if (row.variant_left) REQUIRE(ollama.create(triage()));
    const std::string after = row.variant_left ? state.find("tiny:triage")->digest : "";
    const runtime::Unfinished unfinished{.name = "tiny:triage",
                                         .base = "tiny",
                                         .had_previous = row.had_previous,
                                         .proved_digest = row.proved ? after : ""};
    CHECK(runtime::recover(ollama, unfinished) == row.recovery);
    for (const std::string& name : state.names()) CHECK_FALSE(runtime::is_backup_name(name));
    const Manifest* there = state.find("tiny:triage");
    const std::string digest = there == nullptr ? "" : there->digest, kept = row.kept;
    CHECK(digest == (kept == "old" ? before : kept == "new" ? after : ""));
    const auto again = runtime::recover(ollama, unfinished);
    REQUIRE(again);
    CHECK((*again == Recovery::nothing_to_do || *again == Recovery::finished));
  }
}

TEST_CASE("somebody else's model of that name is left alone") {
  Story story;
  story.fake.state().install("tiny:triage", "weights-2");
  runtime::Ollama ollama = story.ollama();
  CHECK(runtime::recover(ollama, {.name = "tiny:triage", .base = "tiny", .had_previous = false}) ==
        Recovery::nothing_to_do);
  CHECK(story.fake.state().find("tiny:triage") != nullptr);
}

TEST_CASE("a signal at any step leaves what was there, or the proved new one") {
  for (const bool with_previous : {false, true}) {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
      for (const Step step : {Step::backing_up, Step::creating, Step::reading_back, Step::loading,
                              Step::probing, Step::cleaning_up}) {
        CAPTURE(signal);
        const int at = static_cast<int>(step);
        CAPTURE(at);
        Story story;
        const std::string previous = with_previous ? story.install_previous() : "";
        int undone = 0;
        story.options.on_step = [&](Step now) {
          if (now == step) ::raise(signal);
          undone += now == Step::undoing ? 1 : 0;
        };
        const auto receipt = story.apply();
        const Manifest* there = story.fake.state().find("tiny:triage");
        for (const std::string& name : story.fake.state().names()) CHECK_FALSE(runtime::is_backup_name(name));
        CHECK(story.world.interrupts.came() == true);
        if (step == Step::cleaning_up) {  // it is proved: it stays
          REQUIRE(receipt);
          CHECK(there->digest == receipt->digest);
          continue;
        }
        REQUIRE_FALSE(receipt);
        CHECK(undone == 1);
        CHECK(receipt.error().why.find("a signal asked to stop") != std::string::npos);
        CHECK((there == nullptr ? "" : there->digest) == previous);
      }
    }
  }
}

TEST_CASE("when the variant cannot be written down as proved, it is undone") {
  Story story;
  const std::string previous = story.install_previous();
  story.options.on_proved = [](const Receipt&) -> Status {
    return fail({.what = "the state cannot be written", .why = "no space left", .hint = "make room"});
  };
  const auto receipt = story.apply();
  REQUIRE_FALSE(receipt);
  CHECK(receipt.error().what == "the state cannot be written");
  CHECK(story.fake.state().find("tiny:triage")->digest == previous);
}
