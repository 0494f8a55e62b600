// What is written is read back, by another process, later.

#include <map>

#include "sandbox.hpp"

using namespace ctxcap;
using test::Sandbox;

namespace {

const std::string kHost = "http://127.0.0.1:11434";
const OwnedVariant kTriage{.host = kHost,
                           .variant = {.name = "m:triage",
                                       .base = "m:latest",
                                       .base_digest = "b1",
                                       .num_ctx = 8'192,
                                       .num_predict = 512,
                                       .system = "sort mails\n\"well\"",
                                       .parameters = {{"temperature", "0"}},
                                       .jobs = {"triage"},
                                       .modelfile = "FROM m:latest\n",
                                       .sliding_window = true,
                                       .predicted_bytes = 14'000'000'000},
                           .digest = "d1",
                           .created = Instant{1'000'000}};
const Journal kJournal{.host = kHost,
                       .name = "m:triage",
                       .step = "creating",
                       .variant = kTriage.variant,
                       .digest_before = "d1",
                       .backup = "m:triage-ctxcap-backup",
                       .kept_as = "m:triage-ctxcap-kept",
                       .since = Instant{7}};

OwnedVariant with(const std::string& digest, Tokens num_ctx) {
  OwnedVariant variant = kTriage;
  variant.digest = digest;
  variant.variant.num_ctx = num_ctx;
  return variant;
}

}  // namespace

TEST_CASE("a variant is ours until it is changed by somebody else") {
  Sandbox sandbox;
  {
    state::State state = sandbox.open();
    CHECK(state.owns(kHost, "m:triage", "d1") == false);
    REQUIRE(state.created(kTriage));
  }
  state::State state = sandbox.open();
  CHECK(state.owns(kHost, "m:triage", "d1") == true);
  CHECK(state.owns(kHost, "m:triage", "other") == false);
  CHECK(state.owns("http://elsewhere", "m:triage", "d1") == false);
  const OwnedVariant read = state.variant(kHost, "m:triage")->value();
  CHECK(read.variant == kTriage.variant);
  CHECK(read.digest == "d1");
  CHECK(read.created == kTriage.created);
  CHECK(state.variants()->size() == 1);
}

TEST_CASE("a run that was cut short leaves its variant ours, and its journal") {
  Sandbox sandbox;
  {
    state::State state = sandbox.open();
    REQUIRE(state.begin(kJournal));
    REQUIRE(state.step(kHost, "m:triage", "loading"));
    Variant created = kJournal.variant;
    created.base_digest = "b2";
    REQUIRE(state.proved(kHost, "m:triage", "d2", created));
  }
  state::State state = sandbox.open();
  CHECK(state.owns(kHost, "m:triage", "whatever it left") == true);
  Journal left = kJournal;
  left.step = "loading";
  left.proved_digest = "d2";
  left.variant.base_digest = "b2";
  REQUIRE(state.journals()->size() == 1);
  CHECK(state.journals()->front() == left);
  REQUIRE(state.restored(kHost, "m:triage"));
  CHECK(state.journals()->empty());
  CHECK(state.owns(kHost, "m:triage", "whatever it left") == false);

  REQUIRE(state.begin(kJournal));
  REQUIRE(state.created(kTriage));
  CHECK(state.journals()->empty());
}

TEST_CASE("rollback goes back one variant at a time, to nothing at last") {
  Sandbox sandbox;
  state::State state = sandbox.open();
  REQUIRE(state.created(with("d1", 4'096)));
  CHECK_FALSE(state.previous(kHost, "m:triage")->has_value());
  REQUIRE(state.created(with("d2", 8'192)));
  REQUIRE(state.created(with("d2", 8'192)));  // the same again is no further step
  REQUIRE(state.created(with("d3", 12'288)));
  CHECK(state.previous(kHost, "m:triage")->value().variant.num_ctx == 8'192);
  REQUIRE(state.put_back(with("d2", 8'192)));
  CHECK(state.variant(kHost, "m:triage")->value().digest == "d2");
  OwnedVariant again = with("d1-made-again", 4'096);
  again.variant.base_digest = "the base as it is now";
  REQUIRE(state.put_back(again));
  CHECK(state.variant(kHost, "m:triage")->value().variant == again.variant);
  CHECK(state.owns(kHost, "m:triage", "d1-made-again") == true);
  CHECK_FALSE(state.previous(kHost, "m:triage")->has_value());
  REQUIRE(state.rolled_back(kHost, "m:triage"));
  CHECK_FALSE(state.variant(kHost, "m:triage")->has_value());
  CHECK(state.variants()->empty());
}

TEST_CASE("what was not ours is given back and is not ours afterwards") {
  Sandbox sandbox;
  state::State state = sandbox.open();
  const OwnedVariant theirs{.host = kHost,
                            .variant = {.name = "m:triage"},
                            .digest = "t",
                            .created = Instant{5},
                            .kept_as = "m:triage-ctxcap-kept"};
  REQUIRE(state.created(with("d0", 2'048)));
  REQUIRE(state.created(with("d1", 4'096), theirs));
  CHECK(state.previous(kHost, "m:triage")->value().kept_as == "m:triage-ctxcap-kept");
  REQUIRE(state.rolled_back(kHost, "m:triage"));
  CHECK(state.owns(kHost, "m:triage", "t") == false);
  CHECK_FALSE(state.variant(kHost, "m:triage")->has_value());
}

TEST_CASE("runs, decisions, receipts and measurements come back in the order they were made") {
  Sandbox sandbox;
  state::State state = sandbox.open();
  const i64 run = state.begin_run("nightly", Instant{100}).value();
  REQUIRE(state.end_run(run, Instant{200}, 0, "changed 1\nof 2"));
  const i64 cut_short = state.begin_run("apply", Instant{300}).value();
  const auto runs = state.runs().value();
  REQUIRE(runs.size() == 2);
  CHECK(runs[0] == Run{run, "nightly", Instant{100}, Instant{200}, 0, "changed 1?of 2"});
  CHECK(runs[1] == Run{cut_short, "apply", Instant{300}, std::nullopt, std::nullopt, ""});
  CHECK(state.runs("nightly")->size() == 1);
  CHECK(state.runs("", 1)->front().id == cut_short);

  std::vector<DecisionRecord> made;
  for (const Outcome outcome : {Outcome::unchanged, Outcome::advised, Outcome::waiting, Outcome::applied,
                                Outcome::undone, Outcome::failed, Outcome::rolled_back}) {
    const i64 n = static_cast<i64>(made.size());
    made.push_back({.at = Instant{1'000 - n},  // the clock goes backwards
                    .run = n % 2 == 0 ? run : 0,
                    .job = n % 3 == 0 ? "a" : "b",
                    .model = "m",
                    .to_num_ctx = n == 0 ? std::nullopt : std::optional<Tokens>(4'096 * n),
                    .action = n % 2 == 0 ? Action::shrink : Action::withhold,
                    .reason = "because",
                    .outcome = outcome});
    REQUIRE(state.record(made.back()));
  }
  CHECK(state.decisions().value() == made);
  CHECK(state.decisions({.job = "a"})->size() == 3);
  CHECK(state.decisions({.job = "a", .last = 1})->front() == made[6]);
  CHECK(state.decisions({.from = Instant{999}})->size() == 2);
  CHECK(state.decisions({.model = "other"})->empty());

  const Measurement measurement{.at = Instant{5'000},
                                .run = run,
                                .host = kHost,
                                .variant = "m:triage",
                                .digest = "d",
                                .predicted_bytes = 10,
                                .seen = {.asked_ctx = 8'192,
                                         .effective_ctx = 4'096,
                                         .size = 11,
                                         .placement = Placement::partial,
                                         .probe_tokens = 7'700,
                                         .notes = {"one", "two"}}};
  REQUIRE(state.record(measurement));
  CHECK(state.measurements()->front() == measurement);
  CHECK(state.measurements("m:other")->empty());
  CHECK(state.record(Receipt{.variant = "m:triage", .via = "api", .digest = "d"}, kHost, Instant{1}, run));
  CHECK(state.latest().value() == Instant{5'000});

  // A run that nobody began.
  CHECK_FALSE(state.record(Receipt{.variant = "m:triage"}, kHost, Instant{1}, 99).has_value());
}

TEST_CASE("a calibration replaces the one before of the same model and settings") {
  Sandbox sandbox;
  state::State state = sandbox.open();
  Calibration calibration{.host = "h",
                          .digest = "d",
                          .measured = Instant{1},
                          .low_ctx = 8'192,
                          .high_ctx = 16'384,
                          .low_bytes = 100,
                          .high_bytes = 200};
  REQUIRE(state.record(calibration));
  calibration.high_bytes = 300;
  REQUIRE(state.record(calibration));
  calibration.num_batch = 512;
  calibration.overhead_bytes = 7;
  calibration.flash_attention = FlashAttention::off;
  REQUIRE(state.record(calibration));
  const auto all = state.calibrations().value();
  REQUIRE(all.size() == 2);
  CHECK(all[0].high_bytes == 300);
  CHECK_FALSE(all[0].overhead_bytes.has_value());
  CHECK(all[1] == calibration);
}

TEST_CASE("the environment says where the state lives, or it says nothing and that is told") {
  struct Variables : Environment {
    std::map<std::string, std::string> values;
    std::optional<std::string> get(const std::string& name) override {
      const auto found = values.find(name);
      return found == values.end() ? std::nullopt : std::optional(found->second);
    }
  } variables;
  Sandbox sandbox;
  World real = sandbox.world();
  World world{real.http,    real.processes, real.clock,     real.files,
              real.console, variables,      real.databases, real.interrupts};
  const auto nowhere = state::state_directory(world);
  REQUIRE_FALSE(nowhere);
  CHECK(nowhere.error().hint.find("CTXCAP_STATE_DIR") != std::string::npos);
  CHECK_FALSE(state::lock(world));
  CHECK_FALSE(state::State::open(world));
  variables.values["STATE_DIRECTORY"] = "/var/lib/ctxcap:/var/lib/other";
  CHECK(state::state_directory(world) == "/var/lib/ctxcap");
  variables.values["HOME"] = "/home/of";
  CHECK(state::state_directory(world) == "/home/of/.local/state/ctxcap");
  variables.values["XDG_STATE_HOME"] = "/xdg";
  CHECK(state::state_directory(world) == "/xdg/ctxcap");
  variables.values["CTXCAP_STATE_DIR"] = "/own";
  CHECK(state::state_directory(world) == "/own");
}

TEST_CASE("reading a state that is not there gives nothing and creates nothing") {
  Sandbox sandbox;
  World world = sandbox.world();
  auto state = state::State::open(world, state::Access::read);
  REQUIRE(state);
  CHECK(state->decisions()->empty());
  CHECK(state->demand()->empty());
  CHECK(state->owns(kHost, "m", "d") == false);
  CHECK_FALSE(state->health()->exists);
  CHECK_FALSE(std::filesystem::exists(sandbox.directory()));
}
