// One night, and what a second run of it does.

#include "nights.hpp"

using namespace ctxcap;
using namespace ctxcap::test;
using cli::ExitCode;

namespace {

// A base with one variant to keep, and so many days of a job that needs at most 6,000 tokens.
struct Triage : Nights {
  explicit Triage(Day days = 20, Tokens need = 6'000) {
    install_devstral();
    keep("devstral-small-2:triage", "devstral-small-2");
    for (Day day = 0; day < days; ++day) {
      fill(day, "triage", "devstral-small-2", need);
      close(day);
    }
    start(days);
  }
};

}  // namespace

TEST_CASE("the first night creates the variant, on little data too, and says so") {
  Triage nights(2);
  const auto told = nights.run();
  CAPTURE(told.err);
  REQUIRE(told.code);
  CHECK(*told.code == ExitCode::done);
  CHECK(told.out.find("create, applied: the first variant, on little data") != std::string::npos);
  CHECK(nights.window("devstral-small-2:triage") == 8'192);
  CHECK(nights.loads() == 1);
  CHECK_FALSE(nights.backup_left());
  auto state = nights.state();
  CHECK(state.runs("nightly")->size() == 1);
  CHECK(state.decisions()->at(0).outcome == Outcome::applied);
  CHECK(state.measurements()->at(0).seen.probe_tokens.has_value());
}

TEST_CASE("a second run of the same night creates nothing, loads nothing and says the same") {
  Triage nights;
  const auto first = nights.run();
  REQUIRE(first.code);
  CHECK(nights.asked("/api/create") == 1);
  nights.clock.tick(std::chrono::hours(1));
  const auto second = nights.run();
  CHECK(second.code == *first.code);
  CHECK(second.out == first.out);
  CHECK(nights.asked("/api/create") == 0);
  CHECK(nights.asked("/api/generate") == 0);
  CHECK(nights.state().decisions()->size() == 1);
}

TEST_CASE("a night with nothing to do loads nothing") {
  Triage nights;
  REQUIRE(nights.run().code);
  nights.fill(20, "triage", "devstral-small-2:triage", 6'000);
  nights.close(20);
  nights.start(21);
  const auto told = nights.run();
  CHECK(told.code == ExitCode::done);
  CHECK(told.out.find("keep: the window in use is right") != std::string::npos);
  CHECK(nights.asked("/api/create") + nights.asked("/api/generate") == 0);
}

TEST_CASE("a job that needs more grows at once, one that needs less after three nights and two weeks") {
  Triage nights(15);
  REQUIRE(nights.run().code);
  nights.fill(15, "triage", "devstral-small-2:triage", 18'000);
  nights.close(15);
  nights.start(16);
  const auto grown = nights.run();
  CHECK(grown.out.find("8,192 -> 24,576  grow, applied") != std::string::npos);
  CHECK(nights.window("devstral-small-2:triage") == 24'576);
  CHECK(nights.loads() == 1);
}

TEST_CASE("a dry run says what would be done and leaves everything as it is") {
  Triage nights;
  const auto dry = nights.run(true);
  REQUIRE(dry.code);
  CHECK(dry.out.find("would create: ") != std::string::npos);
  CHECK(nights.asked("/api/create") + nights.asked("/api/generate") == 0);
  CHECK(nights.state().runs()->empty());
  CHECK(nights.state().demand()->empty());
}

TEST_CASE("a server that does not answer: requests are kept, nothing is lost, exit 6") {
  Triage nights;
  nights.config.ollama.host = "http://127.0.0.1:9";
  const auto told = nights.run();
  CHECK(told.code == ExitCode::unreachable);
  CHECK(told.out.find("devstral-small-2:triage  unknown  wait") != std::string::npos);
  CHECK(nights.state().demand()->size() == 1);
  nights.config.ollama.host = nights.fake.url();
  std::filesystem::remove_all(nights.directory() + "/log");  // what was read is in the state
  std::filesystem::create_directory(nights.directory() + "/log");
  nights.start(21);
  nights.run();
  CHECK(nights.window("devstral-small-2:triage") == 8'192);
}

TEST_CASE("a source that does not answer holds shrinks back and is told, the others count") {
  Triage nights;
  nights.config.sources.push_back(source_of_files({nights.directory() + "/absent.jsonl"}));
  const auto told = nights.run();
  REQUIRE(told.code);
  CHECK(*told.code != ExitCode::done);
  CHECK(told.err.find("absent.jsonl") != std::string::npos);
  CHECK(nights.window("devstral-small-2:triage") == 8'192);
}

TEST_CASE("a source that cannot be read is why no request was seen") {
  Triage nights(0);
  nights.config.sources = {source_of_files({nights.directory() + "/absent.jsonl"})};
  CHECK(nights.run().out.find("a source could not be read") != std::string::npos);
}

TEST_CASE("a source of which nothing is counted is a warning with its reasons, not days that were added") {
  Triage nights;
  const std::string other = nights.directory() + "/other.jsonl";
  std::ofstream(other) << R"({"model":"nomic-embed-text","prompt_tokens":90,"path":"/v1/embeddings"})"
                       << "\nnothing\n"
                       << R"({"model":"nomic-embed-text","prompt_tokens":91,"path":"/v1/embeddings"})"
                       << "\n";
  nights.config.sources.push_back(source_of_files({other}));
  nights.config.report.files = {nights.directory() + "/report.md"};
  nights.config.report.prom = nights.directory() + "/ctxcap.prom";
  const auto told = nights.run();
  REQUIRE(told.code);
  CHECK(told.err.find("note: " + other + ": not counted: 2 embedding, first " + other + ":1") !=
        std::string::npos);
  CHECK(told.err.find("not counted: 1 bad-json, first " + other + ":2") != std::string::npos);
  CHECK(told.err.find("warning: " + other + ": not one of its 3 rows could be counted") != std::string::npos);
  CHECK(told.err.find(other + ": 0 days") == std::string::npos);
  const std::string report = content_of(nights.directory() + "/report.md");
  CHECK(report.find("* not counted: 2 embedding, first " + other + ":1") != std::string::npos);
  CHECK(report.find("not one of its 3 rows could be counted") != std::string::npos);
  CHECK(content_of(nights.directory() + "/ctxcap.prom").find("ctxcap_skipped_rows{reason=\"embedding\"} 2") !=
        std::string::npos);
}

TEST_CASE("a job that the configuration names and nobody saw is told, with those that were seen") {
  Triage nights;
  nights.config.variants[0].jobs = {"triage", "tirage"};
  nights.config.sources[0].jobs = {"triage", "summary"};
  const auto told = nights.run();
  REQUIRE(told.code);
  CHECK(told.err.find("warning: devstral-small-2:triage: the job tirage sent no request; jobs seen: triage "
                      "(did you mean triage?)") != std::string::npos);
  CHECK(told.err.find(": the job summary sent no request; jobs seen: triage") != std::string::npos);
  CHECK(told.err.find("job triage was") == std::string::npos);
}

TEST_CASE("a variant that does not hold is undone, told, and not tried again the same night") {
  Triage nights;
  nights.fake.state().secret_ctx = 4'096;
  const auto told = nights.run();
  CHECK(told.code == ExitCode::unverified);
  CHECK(told.out.find("create, undone") != std::string::npos);
  CHECK(nights.fake.state().find("devstral-small-2:triage") == nullptr);
  const auto again = nights.run();
  CHECK(again.out == told.out);
  CHECK(again.code == ExitCode::unverified);
  CHECK(nights.asked("/api/create") == 0);
  nights.fake.state().secret_ctx = 0;
  nights.start(21);
  CHECK(nights.run().code == ExitCode::done);
  CHECK(nights.window("devstral-small-2:triage") == 8'192);
}

TEST_CASE("nothing is loaded or created in quiet hours; afterwards it is") {
  Triage nights;
  nights.config.policy.hysteresis.quiet_hours = policy::parse_quiet_hours("01:00-04:00").value();
  const auto told = nights.run();
  CHECK(told.code == ExitCode::done);
  CHECK(told.out.find("waits for the quiet hours to end at 04:00") != std::string::npos);
  CHECK(nights.asked("/api/create") + nights.asked("/api/generate") == 0);
  nights.clock.tick(std::chrono::hours(2));
  nights.run();
  CHECK(nights.window("devstral-small-2:triage") == 8'192);
}

TEST_CASE("two variants of the same weights and window cost one load") {
  Triage nights;
  nights.config.variants[0].jobs = {"triage"};
  nights.keep("devstral-small-2:other", "devstral-small-2").parameters = {};
  const auto told = nights.run();
  CHECK(told.code == ExitCode::done);
  CHECK(nights.asked("/api/create") == 2);
  CHECK(nights.loads() == 1);
  CHECK(nights.window("devstral-small-2:other") == 8'192);
}

TEST_CASE("a base that was pulled anew gets its variant anew, once") {
  Triage nights;
  REQUIRE(nights.run().code);
  nights.install_devstral("b");
  nights.start(21);
  const auto told = nights.run();
  CHECK(told.code == ExitCode::done);
  CHECK(told.out.find("keep, applied: its base was pulled again") != std::string::npos);
  CHECK(nights.asked("/api/create") == 1);
  CHECK(nights.loads() == 1);
  CHECK(nights.run().out == told.out);
  CHECK(nights.asked("/api/create") == 0);
}

TEST_CASE("somebody else's model of the variant's name is left alone") {
  Triage nights;
  nights.fake.state().install("devstral-small-2:triage");
  const std::string digest = nights.fake.state().find("devstral-small-2:triage")->digest;
  const auto told = nights.run();
  CHECK(told.code == ExitCode::failure);
  CHECK(told.err.find("exists and is not ctxcap's") != std::string::npos);
  CHECK(told.err.find("give the [[variant]] another name") != std::string::npos);
  CHECK(nights.fake.state().find("devstral-small-2:triage")->digest == digest);
}

TEST_CASE("a clock that jumped backwards is told, and nothing is lost") {
  Triage nights;
  REQUIRE(nights.run().code);
  nights.start(3);
  const auto told = nights.run();
  REQUIRE(told.code);
  CHECK(told.err.find("the clock went backwards") != std::string::npos);
  CHECK(nights.window("devstral-small-2:triage") == 8'192);
  nights.start(21);
  CHECK(nights.run().code == ExitCode::done);
}

TEST_CASE("two nights at once: the second one changes nothing and says why") {
  Triage nights;
  World here = nights.world();
  const auto held = state::lock(here, parse_host(nights.fake.url())->id);
  REQUIRE(held);
  const auto told = nights.run();
  REQUIRE_FALSE(told.code);
  CHECK(told.code.error().kind == ErrorKind::failure);
  CHECK(nights.fake.diary().empty());
}

TEST_CASE("a lock file that a dead process left does not matter") {
  Triage nights;
  std::filesystem::create_directory(nights.state_directory());
  {
    World here = nights.world();
    REQUIRE(state::lock(here, parse_host(nights.fake.url())->id));
  }
  bool left = false;
  for (const auto& entry : std::filesystem::directory_iterator(nights.state_directory()))
    left = left || entry.path().filename().string().find("lock") != std::string::npos;
  CHECK(left);
  CHECK(nights.run().code == ExitCode::done);
}

TEST_CASE("reports and metrics are left where the configuration says, a second run leaves the same report") {
  Triage nights;
  nights.config.report.files = {nights.directory() + "/report.json", nights.directory() + "/report.md"};
  nights.config.report.prom = nights.directory() + "/ctxcap.prom";
  REQUIRE(nights.run().code == ExitCode::done);
  const std::string json = content_of(nights.directory() + "/report.json");
  CHECK(json.find("\"num_ctx\": 8192") != std::string::npos);
  CHECK(json.find("devstral-small-2:triage") != std::string::npos);
  const std::string prom = content_of(nights.directory() + "/ctxcap.prom");
  CHECK(prom.find("ctxcap_last_success_timestamp_seconds") != std::string::npos);
  CHECK(prom.find("measured") != std::string::npos);
  const std::string markdown = content_of(nights.directory() + "/report.md");
  REQUIRE(nights.run().code == ExitCode::done);
  CHECK(content_of(nights.directory() + "/report.md") == markdown);
  CHECK(content_of(nights.directory() + "/report.json") == json);
}

TEST_CASE("a report that cannot be written is told; the change stays") {
  Triage nights;
  nights.config.report.files = {nights.directory() + "/absent/report.json"};
  const auto told = nights.run();
  CHECK(told.code == ExitCode::failure);
  CHECK(nights.window("devstral-small-2:triage") == 8'192);
}

TEST_CASE("played at an earlier time, requests of that day and later do not count") {
  Triage nights;
  nights.fill(20, "triage", "devstral-small-2", 30'000);
  nights.close(20);
  nights.start(30);
  nights.now = *parse_time("2026-09-20T02:30:00Z");
  const auto told = nights.run();
  CHECK(told.code == ExitCode::done);
  CHECK(nights.window("devstral-small-2:triage") == 8'192);
  CHECK(rfc3339(nights.state().runs()->at(0).started).starts_with("2026-09-20T02:30"));
}

TEST_CASE("played at an earlier time, days that a later night has stored do not count either") {
  Triage nights;
  nights.fill(20, "triage", "devstral-small-2", 30'000);
  nights.close(20);
  nights.start(30);
  REQUIRE(nights.run(true).code);
  REQUIRE(nights.run().code);
  REQUIRE(nights.window("devstral-small-2:triage") > 30'000);
  nights.now = *parse_time("2026-09-20T02:30:00Z");
  const auto told = nights.run(true);
  CAPTURE(told.out);
  CHECK(told.out.find("8,192 would do") != std::string::npos);
}

TEST_CASE("requests count once, however their source is written, and not when it left the configuration") {
  Triage nights(20, 18'000);
  nights.config.report.files = {nights.directory() + "/report.json"};
  const auto requests = [&] {
    nights.clock.tick(std::chrono::hours(24));
    REQUIRE(nights.run().code);
    const std::string report = content_of(nights.directory() + "/report.json");
    const std::size_t at = report.find("\"requests\": ");
    return at == std::string::npos ? 0 : std::stoi(report.substr(at + 12));
  };
  const std::string log = nights.directory() + "/log";
  CHECK(requests() == 1'200);
  for (const std::vector<std::string>& files :
       {std::vector{log + "/"}, {nights.directory() + "/./log"}, {log + "/../log"}}) {
    nights.config.sources[0].where = files;
    CHECK(requests() == 1'200);
  }
  nights.config.sources[0].jobs = {"triage"};
  CHECK(requests() == 1'200);
  nights.config.sources[0].jobs = {"another"};
  nights.run();
  CHECK(nights.run().out.find("its jobs sent no request") != std::string::npos);
  nights.config.sources[0].jobs = {};
  nights.config.sources[0].where = {log + "/2026-09-01.jsonl", log + "/2026-09-02.jsonl"};
  CHECK(requests() == 120);
  std::swap(nights.config.sources[0].where[0], nights.config.sources[0].where[1]);
  CHECK(requests() == 120);
  nights.config.sources[0].where = {log};
  CHECK(requests() == 1'200);
}

TEST_CASE("a variant that somebody gives a window to has it at once") {
  Triage nights;
  REQUIRE(nights.run().code == ExitCode::done);
  nights.config.variants[0].num_ctx = 6'144;
  nights.start(21);
  const auto told = nights.run();
  CAPTURE(told.out);
  CHECK(nights.window("devstral-small-2:triage") == 6'144);
  nights.config.variants[0].num_ctx = 16'384;
  nights.start(22);
  nights.run();
  CHECK(nights.window("devstral-small-2:triage") == 16'384);
}

TEST_CASE("the card cannot hold what is needed: nothing changes, exit 5") {
  Triage nights;
  REQUIRE(nights.run().code == ExitCode::done);
  for (Day day = 20; day < 24; ++day) {
    nights.fill(day, "triage", "devstral-small-2", 18'000);
    nights.close(day);
  }
  nights.start(24);
  nights.config.card = Budget{.card = Bytes{18} << 30};
  const auto told = nights.run();
  CAPTURE(told.out);
  CHECK(told.code == ExitCode::over_budget);
  CHECK(told.out.find("blocked: ") != std::string::npos);
  CHECK(nights.asked("/api/create") == 0);
  CHECK(nights.window("devstral-small-2:triage") == 8'192);
}

TEST_CASE("a first variant that relieves an over-full card is made, and is no growth") {
  Triage nights(20, 18'000);
  nights.config.card = Budget{.card = Bytes{16} << 30};
  nights.fake.state().handle("POST", "/api/generate",
                             R"({"model":"devstral-small-2","options":{"num_ctx":40960}})");
  const auto told = nights.run();
  CAPTURE(told.out);
  CHECK(told.out.find("the card is too small either way") != std::string::npos);
  CHECK(told.out.find("blocked") == std::string::npos);
  CHECK(told.out.find("grow") == std::string::npos);
  CHECK(nights.window("devstral-small-2:triage") == 24'576);
}

TEST_CASE("with a card given, a model that spills to the CPU does not hold") {
  Triage nights;
  nights.fake.state().device = Device::partial;
  nights.config.card = Budget{.card = Bytes{24} << 30};
  const auto told = nights.run();
  CHECK(told.code == ExitCode::unverified);
  CHECK(told.err.find("does not fit the card") != std::string::npos);
  CHECK(nights.fake.state().find("devstral-small-2:triage") == nullptr);
}

TEST_CASE("a longer answer limit is written without a load") {
  Triage nights(60);
  REQUIRE(nights.run().code == ExitCode::done);
  const auto limit = [&] {
    return nights.fake.state().find("devstral-small-2:triage")->parameters["num_predict"].get<Tokens>();
  };
  CHECK(limit() == 256);
  for (int i = 0; i < 60; ++i) nights.log(60, i * 600, "triage", "devstral-small-2:triage", 3'000, 300 + i);
  nights.close(60);
  nights.start(61);
  const auto told = nights.run();
  CAPTURE(told.out);
  CHECK(told.out.find("applied: answers need another limit") != std::string::npos);
  CHECK(limit() == 512);
  CHECK(nights.loads() == 0);
  CHECK(nights.run().out == told.out);
}

TEST_CASE("requests that carry no times never let a window shrink, and it is told why") {
  Triage nights(2, 18'000);
  REQUIRE(nights.run().code == ExitCode::done);
  nights.config.sources = {source_of_files({nights.directory() + "/timeless.jsonl"})};
  std::ofstream timeless(nights.directory() + "/timeless.jsonl");
  for (int i = 0; i < 60; ++i)
    timeless << "{\"job\":\"other\",\"model\":\"devstral-small-2\",\"prompt_tokens\":900,\"completion_"
                "tokens\":9}\n";
  timeless.close();
  nights.config.variants[0].jobs = {"other"};
  nights.start(30);
  const auto told = nights.run();
  CHECK(told.out.find("hold: ") != std::string::npos);
  CHECK(told.out.find("carry no times") != std::string::npos);
}

TEST_CASE("what was rolled back by hand is left alone for some nights, unless it is taken up again") {
  const auto roll_back = [](Nights& nights) {
    std::erase_if(nights.fake.state().models,
                  [](const Manifest& model) { return model.name == "devstral-small-2:triage"; });
    state::State state = nights.state(state::Access::write);
    REQUIRE(state.rolled_back(nights.fake.url(), "devstral-small-2:triage"));
    REQUIRE(state.record(DecisionRecord{.at = nights.clock.now(),
                                        .job = "triage",
                                        .model = "devstral-small-2",
                                        .from_num_ctx = 8'192,
                                        .outcome = Outcome::rolled_back}));
  };
  Triage nights;
  REQUIRE(nights.run().code == ExitCode::done);
  roll_back(nights);
  for (int left = 3; left > 0; --left) {
    const auto told = nights.run();
    CAPTURE(told.out);
    CHECK(told.code == ExitCode::done);
    CHECK(told.out.find("triage  40,960  hold: 8,192 would do; rolled back by hand, so left alone for " +
                        std::to_string(left) + " more night") != std::string::npos);
    CHECK(told.out.find("ctxcap nightly --resume devstral-small-2:triage") != std::string::npos);
    CHECK(nights.run().out == told.out);
    CHECK(nights.window("devstral-small-2:triage") == 0);
    nights.clock.tick(std::chrono::hours(24));
  }
  CHECK(nights.run().out.find("create, applied") != std::string::npos);
  CHECK(nights.window("devstral-small-2:triage") == 8'192);

  roll_back(nights);
  CHECK(nights.run().out.find("hold") != std::string::npos);
  nights.resume = {"devstral-small-2:triage"};
  CHECK(nights.run().out.find("create, applied") != std::string::npos);
  CHECK(nights.window("devstral-small-2:triage") == 8'192);
}

TEST_CASE("after a rollback by hand the nights that agree are counted anew") {
  Triage nights(15, 18'000);
  nights.config.variants[0].policy.history_days = 16;
  REQUIRE(nights.run().code == ExitCode::done);
  const auto next = [&](Day night) {
    nights.fill(night - 1, "triage", "devstral-small-2:triage", 6'000);
    nights.close(night - 1);
    nights.start(night);
    return nights.run().out;
  };
  std::string told;
  Day night = 16;
  while (told.find("2 of 3 nights agree") == std::string::npos && night < 40) told = next(night++);
  REQUIRE(night < 40);
  {
    state::State state = nights.state(state::Access::write);
    DecisionRecord back = state.decisions()->back();
    back.outcome = Outcome::rolled_back;
    back.at = nights.clock.now();
    REQUIRE(state.record(back));
  }
  CHECK(next(night).find("1 of 3 nights agree") != std::string::npos);
  CHECK(next(night + 1).find("2 of 3 nights agree") != std::string::npos);
  CHECK(next(night + 2).find("shrink, applied: 3 nights agree") != std::string::npos);
}

TEST_CASE("a canary: the smaller window is tried under a second tag for a night first") {
  Triage nights(15, 18'000);
  REQUIRE(nights.run().code);
  REQUIRE(nights.window("devstral-small-2:triage") == 24'576);
  // Shrinks now follow as soon as one night agrees; what was seen before does not count any more.
  nights.config.variants[0].policy.hysteresis.shrink_after_nights = 1;
  nights.config.variants[0].policy.canary = 1'000;
  nights.config.variants[0].policy.risk = 0.2;
  for (Day day = 15; day < 30; ++day) {
    nights.fill(day, "triage", "devstral-small-2:triage", 6'000, 600);
    nights.close(day);
  }
  nights.start(30);
  const auto tried = nights.run();
  CAPTURE(tried.out);
  CAPTURE(tried.err);
  CHECK(tried.out.find("tried as devstral-small-2:triage-canary first") != std::string::npos);
  CHECK(nights.window("devstral-small-2:triage-canary") == 8'192);
  CHECK(nights.window("devstral-small-2:triage") == 24'576);
  CHECK(nights.run().out == tried.out);
  CHECK(nights.asked("/api/create") == 0);
  nights.start(31);
  const auto taken = nights.run();
  CAPTURE(taken.out);
  CHECK(taken.out.find("shrink, applied") != std::string::npos);
  CHECK(nights.window("devstral-small-2:triage") == 8'192);
  CHECK(nights.fake.state().find("devstral-small-2:triage-canary") == nullptr);
}

TEST_CASE("several servers in one night: one that is down, or busy, leaves the others alone") {
  Triage nights;
  FakeOllama other;
  other.state().install_show("devstral-small-2", content_of(CTXCAP_ROOT "/examples/email-triage/show.json"),
                             "", fake_digest("devstrala"), Bytes{15} << 30);
  settings::Variant second = nights.config.variants.front();
  second.name = "devstral-small-2:second";
  const auto window = [&] {
    const Manifest* model = other.state().find(second.name);
    return model == nullptr ? 0 : model->parameters["num_ctx"].get<Tokens>();
  };
  nights.more = {{{.name = "second", .host = "127.0.0.1:9", .via = Via::api}, std::nullopt, {second}}};
  const auto down = nights.run();
  CHECK(down.code == ExitCode::unreachable);
  CHECK(nights.window("devstral-small-2:triage") == 8'192);
  CHECK(down.out.find("-  devstral-small-2:second  unknown  wait:") != std::string::npos);

  nights.more.front().ollama.host = other.url();
  {
    World here = nights.world();
    const auto held = state::lock(here, parse_host(other.url())->id);
    REQUIRE(held);
    CHECK(nights.run().code == ExitCode::failure);
    CHECK(other.diary().empty());
  }
  CHECK(nights.run().code == ExitCode::done);
  CHECK(window() == 8'192);
  CHECK(nights.run().code == ExitCode::done);
}

TEST_CASE("variants on different bases of the same weights get one window, and share the card") {
  Nights nights;
  nights.install_devstral();
  nights.fake.state().handle("POST", "/api/create",
                             R"({"model":"sorter","from":"devstral-small-2","system":"Sort."})");
  nights.keep("devstral-small-2:triage", "devstral-small-2").jobs = {"triage"};
  nights.keep("sorter:mail", "sorter").jobs = {"mail"};
  nights.config.card = Budget{.card = Bytes{20} << 30};
  for (Day day = 0; day < 10; ++day) {
    nights.fill(day, "triage", "devstral-small-2", 6'000);
    nights.fill(day, "mail", "sorter", 14'000);
    nights.close(day);
  }
  nights.start(10);
  const auto told = nights.run();
  CAPTURE(told.out);
  CAPTURE(told.err);
  CHECK(told.code == ExitCode::done);
  CHECK(nights.window("devstral-small-2:triage") == 24'576);  // alone it would get 8,192
  CHECK(nights.window("sorter:mail") == 24'576);
  CHECK(nights.fake.state().find("sorter:mail")->system == "Sort.");
  CHECK(told.out.find("triage  devstral-small-2:triage  ") != std::string::npos);
  const auto decisions = nights.state().decisions();
  CHECK(decisions->size() == 2);  // each job once
  const auto again = nights.run();
  CHECK(again.out == told.out);
  CHECK(nights.asked("/api/create") + nights.asked("/api/generate") == 0);
}

TEST_CASE("one variant whose texts cannot be used is told, and the others of its base are made") {
  Nights nights;
  nights.install_devstral();
  nights.keep("devstral-small-2:triage", "devstral-small-2").jobs = {"triage"};
  settings::Variant& bad = nights.keep("devstral-small-2:mail", "devstral-small-2");
  bad.jobs = {"mail"};
  bad.policy.template_file = nights.directory() + "/bad.mustache";
  std::ofstream(bad.policy.template_file) << "FROM {{nothing_of_that_name}}\n";
  for (Day day = 0; day < 10; ++day) {
    nights.fill(day, "triage", "devstral-small-2", 6'000);
    nights.fill(day, "mail", "devstral-small-2", 4'000);
    nights.close(day);
  }
  nights.start(10);
  const auto told = nights.run();
  CAPTURE(told.out);
  CAPTURE(told.err);
  CHECK(told.code == ExitCode::failure);
  CHECK(nights.window("devstral-small-2:triage") == 8'192);
  CHECK(nights.fake.state().find("devstral-small-2:mail") == nullptr);
  CHECK(told.out.find("triage  devstral-small-2:triage  40,960 -> 8,192  create, applied: ") !=
        std::string::npos);
  CHECK(told.out.find("create, failed: ") != std::string::npos);
  const auto again = nights.run();  // nothing is created anew, and the other is told again
  CHECK(again.code == ExitCode::failure);
  CHECK(nights.asked("/api/create") == 0);
  CHECK(again.out.find("create, failed: ") != std::string::npos);
}

TEST_CASE("after an apply by hand a night makes no first variant") {
  Triage nights;
  const Variant variant{.name = "devstral-small-2:triage",
                        .base = "devstral-small-2",
                        .num_ctx = 16'384,
                        .num_predict = 256,
                        .jobs = {"triage"}};
  {
    World here = nights.world();
    state::State state = nights.state(state::Access::write);
    runtime::Ollama server(here.http, nights.clock, *runtime::parse_host(nights.fake.url()));
    REQUIRE(runtime::change_variant(here, server, state, variant, {}, {.via = Via::api}));
    for (DecisionRecord& record :
         policy::records_of_apply(variant, std::nullopt, "", nullptr, nights.clock.now())) {
      record.host = nights.fake.url();
      REQUIRE(state.record(record));
    }
  }
  const auto told = nights.run();
  CAPTURE(told.out);
  CHECK(told.code == ExitCode::done);
  CHECK(told.out.find("first variant") == std::string::npos);
  CHECK(told.out.find("16,384") != std::string::npos);
  CHECK(nights.window("devstral-small-2:triage") == 16'384);
  CHECK(nights.asked("/api/create") == 0);
}

TEST_CASE("who is in use is not torn away by a night: it waits for another one") {
  Triage nights;
  nights.config.ollama.wait = 5;
  nights.fake.state().handle("POST", "/api/generate", R"({"model":"devstral-small-2","keep_alive":-1})");
  Runner& runner = nights.fake.state().runners.front();
  runner.busy = 1'000'000;
  runner.first_request = true;
  const auto told = nights.run();
  CAPTURE(told.out);
  CHECK(told.code == ExitCode::unreachable);
  CHECK(told.out.find("create, waiting: devstral-small-2:latest is in use: ") != std::string::npos);
  CHECK(nights.asked("/api/create") + nights.asked("/api/generate") == 0);
  CHECK(nights.fake.state().torn.empty());
  nights.fake.state().runners.front().busy = 0;
  const auto later = nights.run();
  CAPTURE(later.out);
  CAPTURE(later.err);
  CHECK(later.code == ExitCode::done);
  CHECK(nights.window("devstral-small-2:triage") == 8'192);
  CHECK(later.err.find(
            "note: devstral-small-2:latest at 40,960, for ever: was unloaded, and is loaded again") !=
        std::string::npos);
  CHECK(nights.fake.state().runners.front().name == "devstral-small-2:latest");
}
