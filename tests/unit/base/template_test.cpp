#include "base/template.hpp"

#include <doctest/doctest.h>

using namespace ctxcap;

TEST_CASE("a template renders text as it is") {
  const TemplateData data{.text = {{"x", "a<b>&\"c\""}},
                          .flags = {{"yes", true}, {"no", false}},
                          .lists = {{"items", {{.text = {{"n", "1"}}}, {.text = {{"n", "2"}}}}}}};
  CHECK(render_template(
            "{{x}}|{{#yes}}y{{/yes}}{{#no}}n{{/no}}{{^no}}not{{/no}}|{{#items}}{{n}}{{x}};{{/items}}", data,
            "t")
            .value() == "a<b>&\"c\"|ynot|1a<b>&\"c\";2a<b>&\"c\";");
}

TEST_CASE("a template that asks for what is not there is an error") {
  const TemplateData data{.text = {{"num_ctx", "8192"}}};
  struct Row {
    const char* text;
    const char* in_message;
  };
  const Row rows[] = {{"{{num_ctxx}}", "num_ctxx"},
                      {"{{#gone}}x{{/gone}}", "gone"},
                      {"{{^gone}}x{{/gone}}", "gone"},
                      {"{{> other}}", "other"},
                      {"{{#num_ctx}}x", "read"}};
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto rendered = render_template(row.text, data, "my.mustache");
    REQUIRE(!rendered);
    CHECK(rendered.error().what.find(row.in_message) != std::string::npos);
    CHECK(rendered.error().why.find("my.mustache") != std::string::npos);
  }
}
