#include <doctest/doctest.h>

#include "base/json.hpp"
#include "manual/manual.hpp"
#include "sources/sources.hpp"

using namespace ctxcap;
using namespace ctxcap::settings;

namespace {

const char* kMuch = R"([[variant]]
name = "a:x"
base = "a"
parameters = { stop = ["END", "STOP"], temperature = 0.2, use_mmap = true, seed = 7 }
min_saving = "1.5GB"
num_ctx = 8_192
[[variant]]
name = "b:x"
base = "b"
system_file = "with \"quotes\" \\ and ünïcode.txt"
[[source]]
files = ["x.jsonl"]
map = { prompt = "a b", "id" = "x.y" }
[[source]]
clickhouse = "http://h:8123"
[card]
size = "1.5TB"
reserve = "0B"
tenants = { "a name" = "7.7GB", b = "512MiB" }
[policy]
quiet_hours = "22:05-06:00"
risk = 1e-7
native_stretch = 3
[ollama]
kv_type = "q8_0,f16"
flash_attention = "off"
num_batch = 1024
[report]
files = ["out.json", "out.md"]
prom = "/run/c.prom"
)";

Reading read(const std::string& text) {
  return read_settings(text, {.path = "/c/config.toml", .environment = {}, .kinds = sources::kinds()});
}

}  // namespace

TEST_CASE("what is shown reads back as the same settings") {
  for (const bool with_origin : {false, true}) {
    for (const std::string text : {kMuch, ""}) {
      const Reading first = read(text);
      REQUIRE(first.problems.empty());
      const std::string shown = manual::toml_text(first, with_origin);
      CAPTURE(shown);
      const Reading again = read(shown);
      REQUIRE(again.problems.empty());
      REQUIRE(again.shown.size() == first.shown.size());
      for (std::size_t i = 0; i < first.shown.size(); ++i) {
        CHECK(again.shown[i].key == first.shown[i].key);
        CHECK(again.shown[i].toml == first.shown[i].toml);
        CHECK(again.shown[i].json == first.shown[i].json);
      }
      CHECK(manual::toml_text(again, false) == manual::toml_text(first, false));
    }
  }
}

TEST_CASE("sizes are shown exactly, in the unit that says them") {
  const std::string shown = manual::toml_text(read(kMuch), false);
  CHECK(shown.find("size = \"1500GB\"") != shown.npos);
  CHECK(shown.find("\"a name\" = \"7700MB\", b = \"512MiB\"") != shown.npos);
  CHECK(shown.find("reserve = \"0B\"") != shown.npos);
}

TEST_CASE("JSON has every setting, typed, with its origin") {
  const nlohmann::json root = nlohmann::json::parse(manual::json_text(read(kMuch)));
  CHECK(root["schema"] == "ctxcap.config/1");
  CHECK(root["file"] == "/c/config.toml");
  bool seen = false;
  for (const auto& row : root["settings"]) {
    if (row["key"] == "card.size") {
      seen = true;
      CHECK(row["value"] == 1'500'000'000'000);
      CHECK(row["origin"] == "file");
      CHECK(row["place"] == "/c/config.toml:17");
    }
    if (row["key"] == "state.dir") {
      CHECK(row["value"].is_null());
      CHECK(row["origin"] == "default");
      CHECK(row["place"].is_null());
    }
  }
  CHECK(seen);
}
