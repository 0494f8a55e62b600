// What apply refuses before it changes anything.

#include "story.hpp"

using namespace ctxcap;
using namespace ctxcap::test;
using runtime::Existing;

namespace {

// The error of an apply that must not have changed a thing.
Error refused(Story& story, const Variant& variant) {
  const auto before = story.fake.state().names();
  const auto receipt = story.apply(variant);
  REQUIRE_FALSE(receipt);
  CHECK(story.fake.state().names() == before);
  CHECK(story.fake.state().runners.empty());
  for (const std::string& request : story.fake.diary()) {
    CAPTURE(request);
    CHECK((request == "GET /api/tags" || request.starts_with("POST /api/show ")));
  }
  CHECK_FALSE(receipt.error().what.empty());
  CHECK_FALSE(receipt.error().why.empty());
  CHECK_FALSE(receipt.error().hint.empty());
  return receipt.error();
}

}  // namespace

TEST_CASE("names, windows, parameters and texts that cannot work are refused without asking the server") {
  struct Row {
    const char* what;
    void (*spoil)(Variant&);
  };
  const Row rows[] = {
      {"blank in the name", [](Variant& v) { v.name = "tiny mail:triage"; }},
      {"path as name", [](Variant& v) { v.name = "../tiny:triage"; }},
      {"line end in the name", [](Variant& v) { v.name = "tiny:triage\nFROM x"; }},
      {"empty name", [](Variant& v) { v.name = ""; }},
      {"tag local", [](Variant& v) { v.name = "tiny:local"; }},
      {"tag cloud", [](Variant& v) { v.name = "tiny:Cloud"; }},
      {"tag -cloud", [](Variant& v) { v.name = "tiny:mail-cloud"; }},
      {"backup tag", [](Variant& v) { v.name = "tiny:triage-ctxcap-backup"; }},
      {"its own base", [](Variant& v) { v.name = "Tiny"; }},
      {"path as base", [](Variant& v) { v.base = "./tiny"; }},
      {"cloud base", [](Variant& v) { v.base = "gpt-oss:120b-cloud"; }},
      {"no window", [](Variant& v) { v.num_ctx = 0; }},
      {"unknown parameter",
       [](Variant& v) {
         v.parameters = {{"nun_ctx", "1"}};
       }},
      {"bad value",
       [](Variant& v) {
         v.parameters = {{"seed", "1.5"}};
       }},
      {"window twice",
       [](Variant& v) {
         v.parameters = {{"num_ctx", "4096"}};
       }},
      {"limit twice",
       [](Variant& v) {
         v.parameters = {{"num_predict", "4096"}};
       }},
      {"SYSTEM not UTF-8", [](Variant& v) { v.system = "caf\xE9"; }},
      {"stop not UTF-8",
       [](Variant& v) {
         v.parameters = {{"stop", "\xFF"}};
       }},
  };
  Story story;
  for (const Row& row : rows) {
    CAPTURE(row.what);
    Variant variant = triage();
    row.spoil(variant);
    CHECK(refused(story, variant).kind == ErrorKind::usage);
    CHECK(story.fake.diary().empty());
  }
}

TEST_CASE("a base that is not installed would be pulled, so it is refused") {
  Story story;
  Variant variant = triage();
  variant.base = "absent";
  const Error error = refused(story, variant);
  CHECK(error.kind == ErrorKind::failure);
  CHECK(error.hint == "install it with: ollama pull absent");
}

TEST_CASE("a base that changed since the plan is refused, one that did not is taken") {
  Story story;
  Variant variant = triage();
  variant.base_digest = story.fake.state().find("tiny")->digest;
  story.fake.state().install("tiny", "weights-2");
  CHECK(refused(story, variant).why.find("has changed since the plan was made") != std::string::npos);
  variant.base_digest = story.fake.state().find("tiny")->digest;
  CHECK(story.apply(variant));
}

TEST_CASE("a plan made against another model of the variant's name is refused") {
  const auto why = [](Story& story, std::optional<std::string> planned) {
    Variant variant = triage();
    variant.replaces_digest = std::move(planned);
    return refused(story, variant).why;
  };
  Story story;
  const std::string there = story.install_previous();
  story.fake.state().runners.clear();
  CHECK(why(story, "abc") == "a model of that name is another one since the plan was made");
  CHECK(why(story, "") == "a model of that name is there since the plan was made");
  Variant variant = triage();
  variant.replaces_digest = there;
  CHECK(story.apply(variant));
}

TEST_CASE("a base that runs elsewhere or only embeds is refused") {
  Story story;
  story.fake.state().find("tiny")->remote_host = "https://ollama.com";
  CHECK(refused(story, triage()).kind == ErrorKind::usage);
  story.fake.state().find("tiny")->remote_host = "";
  story.fake.state().find("tiny")->capabilities = {"embedding"};
  CHECK(refused(story, triage()).why.find("only embeds") != std::string::npos);
}

TEST_CASE("a model that has the name is replaced only when it may be") {
  struct Row {
    const char* parent;  // of the model that is there
    Existing existing;
    bool replaced;
  };
  const Row rows[] = {
      {"tiny:latest", Existing::keep, false},
      {"tiny:latest", Existing::replace_variant, true},
      {"tiny:latest", Existing::replace_any, true},
      {"", Existing::replace_variant, false},
      {"", Existing::replace_any, true},
      {"other:latest", Existing::replace_variant, false},
      {"other:latest", Existing::replace_any, true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.parent);
    CAPTURE(static_cast<int>(row.existing));
    Story story;
    story.fake.state().install("tiny:triage", "weights-9");
    story.fake.state().find("tiny:triage")->parent = row.parent;
    story.options.existing = row.existing;
    if (row.replaced) {
      CHECK(story.apply());
    } else {
      CHECK(refused(story, triage()).kind == ErrorKind::usage);
    }
  }
}
