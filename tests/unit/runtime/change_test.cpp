// A change with its journal, what a killed one leaves, and the way back: on a fake server and a real state.

#include "own_state.hpp"
#include "story.hpp"

using namespace ctxcap;
using namespace ctxcap::test;

namespace {

struct Changes : Story {
  OwnState environment;
  World here{world.http,    world.processes, clock,           world.files,
             world.console, environment,     world.databases, world.interrupts};
  state::State state = state::State::open(here).value();
  runtime::Ollama server = ollama();
  std::vector<std::string> said;

  Result<Receipt> change(Tokens window, bool force = false, std::function<void(runtime::Step)> on_step = {}) {
    Variant variant = triage();
    variant.num_ctx = window;
    variant.modelfile.clear();
    TRY_ASSIGN(const std::vector<InstalledModel> installed, server.installed());
    TRY_ASSIGN(const Standing place,
               runtime::place_for(variant.name, installed, state, server.host().url, force));
    return runtime::change_variant(here, server, state, variant, place,
                                   {.via = runtime::Via::api, .on_step = std::move(on_step)});
  }
  Status back() {
    TRY_ASSIGN(const WayBack way, runtime::find_way_back("tiny:triage", server, state));
    TRY(runtime::roll_back(here, server, state, way, runtime::recipe_of(way), {.via = runtime::Via::api}));
    return {};
  }
  Tokens window() {
    const Manifest* model = fake.state().find("tiny:triage");
    return model == nullptr ? 0 : model->parameters["num_ctx"].get<Tokens>();
  }
};

}  // namespace

TEST_CASE("a change is journalled step by step, and closed as ours") {
  Changes story;
  std::vector<std::string> steps;
  REQUIRE(story.change(8'192, false, [&](runtime::Step now) {
    const std::vector<Journal> open = story.state.journals().value();
    REQUIRE(open.size() == 1);
    CHECK(open.front().step == runtime::text_of(now));  // written down before anybody is told
    CHECK(open.front().proved_digest.empty() == (now != runtime::Step::cleaning_up));
    steps.push_back(open.front().step);
  }));
  CHECK(steps.front() == "checking the base");
  CHECK(steps.back() == "cleaning up");
  CHECK(story.state.journals()->empty());
  CHECK(story.state.variant(story.server.host().url, "tiny:triage")->value().variant.num_ctx == 8'192);
  CHECK(story.state.receipts()->size() == 1);
  CHECK(story.state.measurements()->size() == 1);
}

TEST_CASE("rollbacks go back one change each, and at last to nothing") {
  Changes story;
  REQUIRE(story.change(8'192));
  REQUIRE(story.change(4'096));
  CHECK(story.window() == 4'096);
  REQUIRE(story.back());
  CHECK(story.window() == 8'192);
  REQUIRE(story.back());
  CHECK(story.window() == 0);
  const Status none = story.back();
  REQUIRE_FALSE(none);
  CHECK(none.error().what.find("is not a variant that ctxcap created") != std::string::npos);
}

TEST_CASE("a model of somebody else is replaced only by force, kept, and given back") {
  Changes story;
  story.fake.state().install("tiny:triage");
  const std::string theirs = story.fake.state().find("tiny:triage")->digest;
  const auto refused = story.change(8'192);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().what == "tiny:triage exists and is not ctxcap's");
  REQUIRE(story.change(8'192, true));
  CHECK(story.fake.state().find(runtime::kept_name("tiny:triage", theirs)) != nullptr);
  REQUIRE(story.back());
  CHECK(story.fake.state().find("tiny:triage")->digest == theirs);
  CHECK(story.fake.state().find(runtime::kept_name("tiny:triage", theirs)) == nullptr);
}

TEST_CASE("somebody who changed it since is not overruled by a rollback") {
  Changes story;
  REQUIRE(story.change(8'192));
  story.fake.state().install("tiny:triage");
  const Status back = story.back();
  REQUIRE_FALSE(back);
  CHECK(back.error().what == "tiny:triage is no longer ctxcap's own");
}

TEST_CASE("what a killed run left is put in order, told, and forgotten") {
  Changes story;
  REQUIRE(story.change(8'192));
  const std::string before = story.fake.state().find("tiny:triage")->digest;
  const std::string host = story.server.host().url;
  REQUIRE(story.server.copy("tiny:triage", runtime::backup_name("tiny:triage")));
  REQUIRE(story.state.begin({.host = host,
                             .name = "tiny:triage",
                             .variant = triage(),
                             .digest_before = before,
                             .backup = runtime::backup_name("tiny:triage")}));
  REQUIRE(story.state.begin({.host = "http://elsewhere:11434", .name = "x:a", .variant = triage()}));
  const auto say = [&](const std::string& line) { story.said.push_back(line); };
  const auto recovered = runtime::recover_unfinished(story.server, story.state, say).value();
  REQUIRE(recovered.size() == 1);
  CHECK(recovered.front().journal.name == "tiny:triage");
  CHECK_FALSE(recovered.front().finished);
  CHECK(story.said == std::vector<std::string>{
                          "tiny:triage: an earlier run was interrupted; what was there before is back"});
  CHECK(story.state.journals()->size() == 1);  // that of the other server
  CHECK(story.fake.state().find(runtime::backup_name("tiny:triage")) == nullptr);
  CHECK(runtime::recover_unfinished(story.server, story.state, say)->empty());
}

TEST_CASE("one load proves what shares a runner") {
  Variant a = triage(), b = triage();
  CHECK(runtime::proof_beside(a, nullptr) == runtime::Proof::load);
  b.name = "tiny:other";
  b.system = "another";
  CHECK(runtime::proof_beside(a, &b) == runtime::Proof::look);
  b.num_ctx = 4'096;
  CHECK(runtime::proof_beside(a, &b) == runtime::Proof::load);
  b = a;
  b.parameters.clear();
  CHECK(runtime::proof_beside(a, &b) == runtime::Proof::load);
}
