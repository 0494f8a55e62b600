// The fake `ollama create` against the recorded one: exit code, stdout and stderr to the byte, but for hashes
// and for which layers were there before.

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "io/io.hpp"
#include "support/fake_ollama.hpp"
#include "support/pattern.hpp"
#include "support/shared.hpp"

using namespace ctxcap;
using test::Json;

namespace {

std::string normal(std::string text) {
  static const test::Pattern kHash("sha256:[0-9a-f]{64}"), kNew("creating new layer");
  const auto with = [](const char* what) { return [what](const test::Pattern::Match&) { return what; }; };
  return kNew.replaced(kHash.replaced(text, with("sha256:...")), with("using existing layer"));
}

std::string text_of(const Json& step, const char* key) {
  return step.contains(key) && step[key].is_string() ? step[key].get<std::string>() : "";
}

}  // namespace

TEST_CASE("the fake command says and does what the real one did") {
  const auto content = test::shared_file("ollama/cli.json");
  if (!content) return;
  test::FakeOllama fake;
  fake.state().install("tiny-llama");
  io::RealWorld real;
  const World world = real.world();
  int compared = 0;
  const Json recording = Json::parse(*content);
  for (const Json& step : recording["steps"]) {
    const std::string note = text_of(step, "note");
    auto argv = step["argv"].get<std::vector<std::string>>();
    if (note.starts_with("non-printing"))
      CHECK(fake.state().find("tiny-llama:odd")->system == text_of(step, "stdout"));
    if (argv[1] != "create" && argv[1] != "--version") continue;
    CAPTURE(step.dump());
    argv[0] = FAKE_OLLAMA;
    const auto directory = std::move(*world.files.make_private_directory());
    if (step.contains("Modelfile") || note.starts_with("again")) {
      const std::string text = step.contains("Modelfile")
                                   ? text_of(step, "Modelfile")
                                   : "FROM tiny-llama\nSYSTEM x\nPARAMETER num_ctx 1\n";
      std::ofstream(directory->path() + "/Modelfile") << text;
    }
    if (note.starts_with("a file named")) std::ofstream(directory->path() + "/tiny-llama") << "x";
    const bool nobody = step.contains("env");
    const auto result = world.processes.run({.argv = argv,
                                             .env = {{"OLLAMA_HOST", nobody ? "127.0.0.1:9" : fake.url()}},
                                             .directory = directory->path()});
    REQUIRE(result);
    CHECK(result->exit_code == step["exit"]);
    CHECK(normal(result->out) == normal(text_of(step, "stdout")));
    CHECK(normal(result->err) == normal(text_of(step, "stderr")));
    ++compared;
  }
  CHECK(compared == 17);
}
