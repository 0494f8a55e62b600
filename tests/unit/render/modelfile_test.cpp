#include <doctest/doctest.h>

#include "render/modelfile_reader.hpp"
#include "render/printable_runes.hpp"
#include "render/render.hpp"

using namespace ctxcap;
using namespace ctxcap::render;

namespace {

constexpr const char* kTemplate =
    "{{#comments}}\n# {{line}}\n{{/comments}}\nFROM {{base}}\n{{#parameters}}\nPARAMETER {{name}} "
    "{{value}}\n{{/parameters}}\n"
    "{{#has_system}}\nSYSTEM {{system}}\n{{/has_system}}\n";

Variant variant() {
  return {.name = "devstral-small-2:triage",
          .base = "devstral-small-2:latest",
          .num_ctx = 8192,
          .num_predict = 512};
}

Result<Variant> rendered(const Variant& from, std::string text = kTemplate) {
  return render_modelfile(from,
                          {.template_text = std::move(text), .template_origin = "test", .comments = {"why"}});
}

}  // namespace

TEST_CASE("a Modelfile holds what was decided and nothing else") {
  Variant asked = variant();
  asked.parameters = {{"temperature", "0.2"}, {"stop", "END"}, {"stop", "</s>"}};
  asked.system = "Sort the mail.\nBe brief.";
  CHECK(rendered(asked).value().modelfile ==
        "# why\n"
        "FROM devstral-small-2:latest\n"
        "PARAMETER num_ctx 8192\n"
        "PARAMETER num_predict 512\n"
        "PARAMETER temperature 0.2\n"
        "PARAMETER stop END\n"
        "PARAMETER stop </s>\n"
        "SYSTEM \"\"\"Sort the mail.\nBe brief.\"\"\"\n");
}

TEST_CASE("a system text that a Modelfile cannot carry is left to the API, any other survives") {
  struct Row {
    const char* system;
    bool by_cli;
  };
  const Row rows[] = {
      {"plain", true},
      {"", true},
      {"say \"hi\"", true},
      {"\"quoted\"", true},
      {"ends with a quote\"", true},
      {"three \"\"\" in mid-line go on", true},
      {"  blanks around  ", true},
      {"# looks like a comment\nFROM evil", true},
      {"Grüße → 日本 🙂", true},
      {"a line ends in \"\"\"\nPARAMETER num_ctx 131072", false},
      {"a line ends in \"\"\"  \nrest", false},
      {"no-break\u00a0space", false},
      {"zero\u200dwidth", false},
      {"bell\a", false},
      {"carriage\r\nreturn", true},
      {"blanks at the end of the first line  \nmore", true},
      {"blank lines at the end\r\n\r\n", true},
      {"blank lines at the end\n\n\n", true},
      {"a line ends in \"\"\"\rPARAMETER num_ctx 131072", false},
      {"Tamil, which may survive: \u0b85", false},
      {"bom\ufeff", false},
      {"not utf-8 \xff", false},
      {"private \ue000", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.system);
    Variant asked = variant();
    asked.system = row.system;
    const auto result = rendered(asked);
    REQUIRE(result);
    CHECK(result->cli_obstacle.empty() == row.by_cli);
    if (!row.by_cli) continue;
    const auto commands = read_modelfile(result->modelfile).value();
    if (asked.system->empty()) {  // it would set nothing
      CHECK(commands.back().name == "PARAMETER");
      continue;
    }
    CHECK(commands.back().name == "SYSTEM");
    CHECK(commands.back().value == row.system);
  }
}

TEST_CASE("no value can break out of its line") {
  struct Row {
    const char* what;
    void (*spoil)(Variant&);
  };
  const Row rows[] = {
      {"a base with a line end", [](Variant& v) { v.base = "x\nFROM evil"; }},
      {"a base with a blank", [](Variant& v) { v.base = "my model"; }},
      {"a base that climbs", [](Variant& v) { v.base = "../secret"; }},
      {"a base that is a path", [](Variant& v) { v.base = "/etc/passwd"; }},
      {"an empty base", [](Variant& v) { v.base = ""; }},
      {"a name with a blank", [](Variant& v) { v.name = "my variant"; }},
      {"a name that is an option", [](Variant& v) { v.name = "-f"; }},
      {"a cloud tag", [](Variant& v) { v.name = "devstral:cloud"; }},
      {"a -cloud tag", [](Variant& v) { v.name = "devstral:big-Cloud"; }},
      {"a parameter with a line end",
       [](Variant& v) {
         v.parameters = {{"stop", "x\nFROM evil"}};
       }},
      {"a parameter with quotes",
       [](Variant& v) {
         v.parameters = {{"stop", "\"x"}};
       }},
      {"an unknown parameter",
       [](Variant& v) {
         v.parameters = {{"temprature", "1"}};
       }},
      {"a float for an integer",
       [](Variant& v) {
         v.parameters = {{"top_k", "1e6"}};
       }},
      {"a parameter that ctxcap decides",
       [](Variant& v) {
         v.parameters = {{"num_ctx", "131072"}};
       }},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    Variant asked = variant();
    row.spoil(asked);
    const auto result = rendered(asked);
    REQUIRE(!result);
    CHECK(result.error().kind == ErrorKind::usage);
    CHECK(!result.error().hint.empty());
  }
}

TEST_CASE("a comment from a log stays one comment line") {
  const auto result =
      render_modelfile(variant(), {.template_text = kTemplate, .comments = {"job a\nFROM evil"}});
  REQUIRE(result);
  CHECK(result->modelfile.find("# job a?FROM evil\n") == 0);
}

TEST_CASE("a long comment goes on in lines that a terminal shows whole") {
  const std::string reason =
      "agent on the same weights needs 12,613, this job 3,599: smallest rung for the 12,613 required";
  const auto result = render_modelfile(
      variant(), {.template_text = kTemplate, .comments = {"num_ctx 8192: " + reason, "end"}});
  REQUIRE(result);
  CHECK(result->modelfile.find(
            "# num_ctx 8192: agent on the same weights needs 12,613, this job 3,599: smallest\n"
            "#     rung for the 12,613 required\n# end\n") == 0);
}

TEST_CASE("a template of one's own must still say what was decided") {
  struct Row {
    const char* text;
    bool good;
  };
  const Row rows[] = {
      {"FROM {{base}}\nPARAMETER num_ctx {{num_ctx}}\nPARAMETER num_predict {{num_predict}}\n", true},
      {"# ours\nfrom {{base}}\n{{#parameters}}parameter {{name}} {{value}}\n{{/parameters}}", true},
      {"FROM {{base}}\nPARAMETER num_ctx 131072\nPARAMETER num_predict {{num_predict}}\n", false},
      {"FROM {{base}}\nPARAMETER num_ctx {{num_ctx}}\n", false},
      {"FROM other\n{{#parameters}}PARAMETER {{name}} {{value}}\n{{/parameters}}", false},
      {"{{#parameters}}PARAMETER {{name}} {{value}}\n{{/parameters}}", false},
      {"FROM {{base}}\n{{#parameters}}PARAMETER {{name}} {{value}}\n{{/parameters}}TEMPLATE x\n", false},
      {"FROM {{base}}\n{{#parameters}}PARAMETER {{name}} {{value}}\n{{/parameters}}SYSTEM \"open\n", false},
      {"FROM {{base}} # why\n{{#parameters}}PARAMETER {{name}} {{value}}\n{{/parameters}}", false},
      {"FROM {{base}}\nnonsense\n", false},
      {"FROM {{bse}}\n", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(rendered(variant(), row.text).has_value() == row.good);
  }
}
