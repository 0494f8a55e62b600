#include "memory/projector.hpp"

#include <doctest/doctest.h>

#include <sstream>

#include "base/json.hpp"
#include "model/model.hpp"
#include "support/shared.hpp"

using namespace ctxcap;

TEST_CASE("vision towers: weights to the byte, graphs within the band that is printed") {
  const auto text = test::shared_file("projectors.jsonl");
  if (!text) return;
  std::istringstream rows(*text);
  int count = 0;
  for (std::string line; std::getline(rows, line); ++count) {
    const nlohmann::json row = nlohmann::json::parse(line);
    nlohmann::json info = row["metadata"];
    info["general.file_type"] = row["weights_type"] == "q8_0" ? 7 : 1;
    const nlohmann::json show = {{"model_info", {{"general.architecture", "x"}}}, {"projector_info", info}};
    const auto description = model::describe(show.dump(), "m");
    REQUIRE(description);
    const ModelArch arch = model::architecture_of(*description);
    REQUIRE(arch.projector);
    memory::Load load;
    load.flash_attention = row["flash_attn"] == "enabled";
    const auto got = memory::projector_bytes(*arch.projector, load);
    CAPTURE(row["id"].get<std::string>());
    CAPTURE(row["weights_type"].get<std::string>());
    CAPTURE(load.flash_attention);
    REQUIRE(got);
    CHECK(got->weights == row["weights_bytes"].get<Bytes>());
    const double measured = row["compute_bytes"], at_load = static_cast<double>(got->graph);
    if (row["at"] == "load") {
      CHECK(measured / at_load < 1 + memory::kGraphBand);
      CHECK(measured / at_load > 1 / (1 + memory::kGraphBand));
    } else if (load.flash_attention) {
      CHECK(measured <= static_cast<double>(got->largest_graph));
    }
  }
  CHECK(count == 79);
}
