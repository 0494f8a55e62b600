#include <doctest/doctest.h>

#include <sstream>

#include "eviction_rows.hpp"
#include "support/shared.hpp"

namespace ctxcap {
namespace {

using nlohmann::json;

// Every row, in both orders in which Ollama may ask its runners where the row has both.
int replay(std::istream& rows) {
  int count = 0;
  for (std::string line; std::getline(rows, line); ++count) {
    const json row = json::parse(line);
    CHECK(difference(row, false) == "");
    if (row["depends_on_runner_order"]) CHECK(difference(row, true) == "");
  }
  return count;
}

TEST_CASE("what Ollama's own scheduler did, step by step") {
  const auto text = test::shared_file("ollama/eviction.jsonl");
  if (!text) return;
  std::istringstream rows(*text);
  CHECK(replay(rows) == 239);
}

}  // namespace
}  // namespace ctxcap
