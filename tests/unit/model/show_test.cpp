// Recordings of a real server, told in one table.

#include <doctest/doctest.h>

#include <fstream>
#include <optional>
#include <sstream>

#include "model/model.hpp"

using namespace ctxcap;

namespace {

struct Row {
  const char* file;
  const char* architecture;
  Tokens native, declared;
  std::optional<Tokens> current;
  bool trained;  // the window past native
  std::vector<std::string> capabilities;
  Bytes weights;
};

const Row kRows[] = {
    {"devstral-small-2", "mistral3", 8192, 393216, {}, true, {"completion", "vision"}, 15'204'044'800},
    {"gemma3_4b", "gemma3", 131072, 131072, {}, false, {"completion", "vision"}, 2'786'697'472},
    {"gemma3n_e4b", "gemma3n", 32768, 32768, {}, false, {"completion"}, 4'156'631'008},
    {"glm-4.7-flash", "glm4moelite", 202752, 202752, {}, false, {"completion"}, 18'138'790'400},
    {"gpt-oss_20b", "gptoss", 4096, 131072, {}, true, {"completion", "thinking"}, 13'779'630'336},
    {"granite4_small-h", "granitehybrid", 131072, 131072, {}, false, {"completion"}, 19'704'244'224},
    {"lfm2_1.2b", "lfm2", 128000, 128000, {}, false, {"completion"}, 728'386'560},
    {"llama3.2_1b", "llama", 131072, 131072, {}, false, {"completion"}, 799'862'784},
    {"nemotron-3-nano_30b", "nemotron_h_moe", 262144, 262144, 1048576, false, {"completion"}, 24'507'234'048},
    {"nomic-embed-text", "nomic-bert", 2048, 2048, 8192, false, {"embedding"}, 273'530'880},
    {"qwen3.5_27b", "qwen35", 262144, 262144, {}, false, {"completion"}, 16'212'002'816},
    {"qwen3_8b", "qwen3", 40960, 40960, 40960, false, {"completion"}, 5'021'827'072},
};

std::optional<ModelDescription> recording(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::ostringstream text;
  text << file.rdbuf();
  const auto description = model::describe(text.str(), "recorded");
  REQUIRE(description);
  return *description;
}

void check(const Row& row, const ModelDescription& description) {
  const ModelArch arch = model::architecture_of(description);
  CHECK(arch.architecture == row.architecture);
  CHECK(arch.native_ctx == row.native);
  CHECK(arch.max_ctx == row.declared);
  CHECK(arch.current_ctx == row.current);
  CHECK(arch.extension_trained == row.trained);
  CHECK(description.capabilities == row.capabilities);
  CHECK(arch.completion == (row.capabilities[0] == "completion"));
  REQUIRE(arch.weights);
  CHECK(arch.weights->stored == row.weights);
}

}  // namespace

TEST_CASE("recorded descriptions say architecture, windows, capabilities and weights") {
  int seen = 0;
  for (const Row& row : kRows) {
    CAPTURE(row.file);
    if (const auto carried = recording(std::string(CTXCAP_ROOT "/fixtures/show/") + row.file + ".json")) {
      check(row, *carried);
      ++seen;
    }
  }
  CHECK(seen >= 5);
}

TEST_CASE("every recording, plain and verbose, says the same") {
  int seen = 0;
  for (const Row& row : kRows) {
    CAPTURE(row.file);
    const std::string path = std::string(CTXCAP_SHARED "/ollama/show/") + row.file;
    const auto plain = recording(path + ".json");
    const auto verbose = recording(path + ".verbose.json");
    if (!plain || !verbose) continue;
    check(row, *plain);
    check(row, *verbose);
    CHECK(!model::needs_verbose(*plain));
    CHECK(model::architecture_of(*plain).layers == model::architecture_of(*verbose).layers);
    CHECK(model::architecture_of(*plain).compute == model::architecture_of(*verbose).compute);
    ++seen;
  }
  if (seen == 0) {
    MESSAGE("skipped: ../shared/ollama/show is not there");
    return;
  }
  CHECK(seen == static_cast<int>(std::size(kRows)));
}
