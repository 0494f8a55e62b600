// Apply against the fake server: the straight way, by API and by the command.

#include "story.hpp"

using namespace ctxcap;
using namespace ctxcap::test;
using runtime::Step;
using runtime::Via;

namespace {

void check_created(Story& story, const Receipt& receipt, const char* via) {
  CHECK(receipt.variant == "tiny:triage");
  CHECK(receipt.via == via);
  CHECK(receipt.digest == story.fake.state().find("tiny:triage")->digest);
  CHECK(receipt.base_digest == story.fake.state().find("tiny")->digest);
  CHECK(receipt.verification.asked_ctx == 8192);
  CHECK(receipt.verification.effective_ctx == 8192);
  CHECK(receipt.verification.placement == Placement::gpu);
  CHECK(receipt.verification.size == receipt.verification.size_vram);
  CHECK(receipt.verification.notes.empty());
  CHECK(nlohmann::json(story.parameters("tiny:triage")) ==  // in any order
        nlohmann::json{
            {"num_ctx", 8192}, {"num_predict", 512}, {"temperature", 0.5}, {"stop", {"END", "###"}}});
  CHECK(story.fake.state().find("tiny:triage")->system == "Sort the mail.\nAnswer with one word.");
  CHECK(story.fake.state().names() == std::vector<std::string>{"tiny:latest", "tiny:triage"});
}

}  // namespace

TEST_CASE("a variant is created over the API, with numbers as numbers, and proved") {
  Story story;
  std::vector<Step> steps;
  story.options.on_step = [&](Step step) { steps.push_back(step); };
  const auto receipt = story.apply();
  REQUIRE(receipt);
  check_created(story, *receipt, "api");
  CHECK_FALSE(receipt->replaced);
  CHECK(story.parameters("tiny:triage")["num_ctx"].is_number_integer());
  CHECK(steps == std::vector<Step>{Step::checking, Step::backing_up, Step::creating, Step::reading_back,
                                   Step::loading, Step::probing, Step::cleaning_up});
}

TEST_CASE("a variant is created by the ollama command, and proved") {
  Story story;
  const Path path(Path::with_fake());
  story.options.via = Via::cli;
  const auto receipt = story.apply();
  REQUIRE(receipt);
  check_created(story, *receipt, "cli");
  CHECK(story.asked("HEAD /"));  // the command asks that first, so it was the command
}

TEST_CASE("a second apply replaces the first and leaves no backup") {
  Story story;
  const std::string previous = story.install_previous();
  const auto receipt = story.apply();
  REQUIRE(receipt);
  CHECK(receipt->replaced);
  CHECK(receipt->previous_digest == previous);
  check_created(story, *receipt, "api");
  CHECK(story.asked("POST /api/copy tiny:triage tiny:triage-ctxcap-backup"));
  CHECK(story.asked("DELETE /api/delete tiny:triage-ctxcap-backup"));
}

TEST_CASE("the previous variant is unloaded while its name still leads to its runner") {
  Story story;
  story.install_previous();
  REQUIRE(story.apply());
  const auto diary = story.fake.diary();
  const auto unload = std::find(diary.begin(), diary.end(), "POST /api/generate tiny:triage keep_alive=0");
  const auto create = std::find(diary.begin(), diary.end(), "POST /api/create tiny:triage");
  CHECK(unload < create);
}

TEST_CASE("the way is chosen: the command where it can carry the texts to a local server, else the API") {
  Story story;
  runtime::Ollama local = story.ollama();
  runtime::Ollama remote(story.world.http, story.clock, *runtime::parse_host("gpu-box"));
  const Variant plain = triage();
  Variant odd = triage();
  odd.cli_obstacle = "SYSTEM holds U+200D, which a Modelfile loses";
  const auto way = [&](const runtime::Ollama& ollama, const Variant& variant, Via asked) {
    return runtime::choose_via(story.world, ollama, variant, asked);
  };
  {
    const Path path(Path::with_fake());
    CHECK(way(local, plain, Via::automatic) == Via::cli);
    CHECK(way(remote, plain, Via::automatic) == Via::api);
    CHECK(way(remote, plain, Via::cli) == Via::cli);
    CHECK(way(local, odd, Via::automatic) == Via::api);
    const auto refused = way(local, odd, Via::cli);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::usage);
    CHECK(refused.error().why == odd.cli_obstacle);
  }
  const Path empty("/nonexistent");
  CHECK(way(local, plain, Via::automatic) == Via::api);
  const auto missing = way(local, plain, Via::cli);
  REQUIRE_FALSE(missing);
  CHECK(missing.error().kind == ErrorKind::usage);
}

TEST_CASE("a Modelfile is read where nothing beside it can be taken for the base") {
  Story story;
  const Path path(Path::with_fake());
  story.options.via = Via::cli;
  story.fake.state().install("Modelfile");  // a base of the name that a Modelfile usually has
  Variant variant = triage();
  variant.base = "Modelfile";
  variant.name = "Modelfile:triage";
  variant.modelfile.replace(variant.modelfile.find("tiny:latest"), 11, "Modelfile");
  CHECK(story.apply(variant));
}

TEST_CASE("where it landed is a note, not a failure") {
  struct Row {
    Device device;
    Placement placement;
  };
  for (const Row row : {Row{Device::partial, Placement::partial}, Row{Device::cpu, Placement::cpu}}) {
    Story story;
    story.fake.state().device = row.device;
    const auto receipt = story.apply();
    REQUIRE(receipt);
    CHECK(receipt->verification.placement == row.placement);
    REQUIRE(receipt->verification.notes.size() == 1);
    CHECK(receipt->verification.notes[0].find("CPU") != std::string::npos);
  }
}

TEST_CASE("a model that leaves slowly is waited for, without sleeping in the test") {
  Story story;
  story.install_previous();
  story.fake.state().unload_lingers = 3;
  REQUIRE(story.apply());
  CHECK(story.clock.sleeps > 0);
}

TEST_CASE("a server that drops models at once is asked to keep this one") {
  Story story;
  story.fake.state().drops_at_once = true;
  const auto receipt = story.apply();
  REQUIRE(receipt);
  CHECK(story.asked("POST /api/generate tiny:triage keep_alive=2m"));
}

TEST_CASE("an old server that reports no window is believed, with a note") {
  Story story;
  story.fake.state().reports_context = false;
  const auto receipt = story.apply();
  REQUIRE(receipt);
  CHECK_FALSE(receipt->verification.effective_ctx);
  REQUIRE(receipt->verification.notes.size() == 1);
}

TEST_CASE("the runner is found by digest: a re-pulled base leaves an old one under the same name") {
  Story story;
  story.install_previous();
  story.fake.state().install("tiny", "weights-2");
  story.fake.state().handle("POST", "/api/generate", R"({"model":"tiny","options":{"num_ctx":1024}})");
  story.fake.state().install("tiny",
                             "weights-3");  // the runner of weights-2 stays, under the name of the base
  const auto receipt = story.apply();
  REQUIRE(receipt);
  CHECK(receipt->verification.effective_ctx == 8192);
  REQUIRE(receipt->verification.notes.size() == 1);
  CHECK(receipt->verification.notes[0].find("an older runner of tiny:latest") == 0);
}

TEST_CASE("a runner of other weights that holds the variant's own name is not taken for it") {
  Story story;
  story.fake.state().runners.push_back({.name = "tiny:triage",
                                        .digest = fake_digest("older"),
                                        .blob = "older weights",
                                        .num_ctx = 4096,
                                        .size = 1 << 30});
  const auto receipt = story.apply();
  REQUIRE(receipt);
  CHECK(receipt->verification.effective_ctx == 8192);
  REQUIRE(receipt->verification.notes.size() == 1);
  CHECK(receipt->verification.notes[0].find(
            "an older runner of tiny:triage is still loaded and holds 1.00 GiB") == 0);
}

TEST_CASE("a client that overrides the cap in the middle of it is tried again") {
  Story story;
  REQUIRE(story.apply());
  // As seen once: the row of the variant, with the window that some request brought along.
  story.fake.state().handle("POST", "/api/generate",
                            R"({"model":"tiny:triage","options":{"num_ctx":16384}})");
  runtime::Ollama ollama = story.ollama();
  const auto looked = runtime::observe(ollama, triage(), runtime::Touch::look_only);
  REQUIRE(looked);
  const Status judged = runtime::judge(triage(), *looked);
  REQUIRE_FALSE(judged);
  CHECK(judged.error().kind == ErrorKind::unverified);
  CHECK(judged.error().hint.find("options.num_ctx") != std::string::npos);
  const auto reloaded = runtime::observe(ollama, triage());
  REQUIRE(reloaded);
  CHECK(reloaded->effective_ctx == 8192);
}

TEST_CASE("a window that a client of another model on the same weights brings along is told as that") {
  Story story;
  story.fake.state().client_ctx = 16'384;
  story.fake.state().client_model = "tiny:latest";
  const auto applied = story.apply();
  REQUIRE_FALSE(applied);
  CHECK(applied.error().hint.find("a client of tiny:latest loaded it in between") != std::string::npos);
  CHECK(story.fake.state().find("tiny:triage") == nullptr);
}

TEST_CASE("a window beyond what the model declares is told as that, and the variant is taken back") {
  Story story;
  Variant wide = triage();
  wide.num_ctx = 262'144;
  wide.modelfile = "FROM tiny:latest\nPARAMETER num_ctx 262144\n";
  const auto applied = story.apply(wide);
  REQUIRE_FALSE(applied);
  CHECK(applied.error().hint.find("no more than the model's context_length, 131,072") != std::string::npos);
  CHECK(story.fake.state().find("tiny:triage") == nullptr);
}

TEST_CASE("a runner that keeps the name of another model of the same weights is recognised") {
  Story story;
  REQUIRE(story.apply());
  story.fake.state().runners.clear();
  story.fake.state().handle("POST", "/api/generate", R"({"model":"tiny","options":{"num_ctx":8192}})");
  story.fake.state().handle("POST", "/api/generate", R"({"model":"tiny:triage"})");  // the old runner serves
  runtime::Ollama ollama = story.ollama();
  const auto seen = runtime::observe(ollama, triage(), runtime::Touch::look_only);
  REQUIRE(seen);
  CHECK(runtime::judge(triage(), *seen));
  CHECK(seen->effective_ctx == 8192);
  REQUIRE(seen->notes.size() == 1);
  CHECK(seen->notes[0].find("loaded as tiny:latest") != std::string::npos);
}

TEST_CASE("looking only loads nothing, and says when nothing is loaded") {
  Story story;
  REQUIRE(story.apply());
  story.fake.state().runners.clear();
  story.fake.start_diary();
  runtime::Ollama ollama = story.ollama();
  const auto seen = runtime::observe(ollama, triage(), runtime::Touch::look_only);
  REQUIRE(seen);
  CHECK_FALSE(seen->size);
  CHECK(seen->notes == std::vector<std::string>{"it is not loaded"});
  CHECK(story.fake.diary() == std::vector<std::string>{"GET /api/tags", "GET /api/ps"});
}
