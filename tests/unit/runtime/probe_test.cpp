// The probe prompt: what it proves, and what it cannot.

#include "story.hpp"

using namespace ctxcap;
using namespace ctxcap::test;

TEST_CASE("a prompt of 95 % of the window comes back whole") {
  for (const Tokens window : {2048, 8192, 40960}) {
    CAPTURE(window);
    Story story;
    Variant variant = triage();
    variant.num_ctx = window;
    const auto receipt = story.apply(variant);
    REQUIRE(receipt);
    REQUIRE(receipt->verification.probe_tokens);
    CHECK(*receipt->verification.probe_tokens > 0.93 * static_cast<double>(window));
    CHECK(*receipt->verification.probe_tokens <= 0.95 * static_cast<double>(window));
    CHECK(receipt->verification.notes.empty());
  }
}

TEST_CASE("a server that says one window and cuts at another is found out and undone") {
  Story story;
  const std::string previous = story.install_previous();
  story.fake.state().secret_ctx = 4096;
  const auto receipt = story.apply();
  REQUIRE_FALSE(receipt);
  CHECK(receipt.error().kind == ErrorKind::unverified);
  CHECK(receipt.error().why.find("to a window of 8,192, the server read 2,05") != std::string::npos);
  CHECK(receipt.error().why.find("the previous tiny:triage was restored") != std::string::npos);
  CHECK(story.fake.state().find("tiny:triage")->digest == previous);
}

TEST_CASE("a window that is smaller by 2 % is noticed too") {
  Story story;
  story.fake.state().secret_ctx = 7700;  // the prompt has about 7,780 tokens
  const auto receipt = story.apply();
  REQUIRE_FALSE(receipt);
  CHECK(receipt.error().kind == ErrorKind::unverified);
}

TEST_CASE("an answer without counts is unknown, and another text is tried") {
  for (int silent = 1; silent <= 4; ++silent) {
    CAPTURE(silent);
    Story story;
    story.fake.state().silent_answers = silent;
    const auto receipt = story.apply();
    REQUIRE(receipt);
    CHECK(receipt->verification.probe_tokens.has_value());
  }
}

TEST_CASE("a server that never counts leaves it unknown, which is said and no failure") {
  Story story;
  story.fake.state().silent_answers = 1000;
  const auto receipt = story.apply();
  REQUIRE(receipt);
  CHECK_FALSE(receipt->verification.probe_tokens);
  REQUIRE(receipt->verification.notes.size() == 1);
  CHECK(receipt->verification.notes[0].find("was not tested") != std::string::npos);
}

TEST_CASE("the probe loads nothing anew") {
  Story story;
  REQUIRE(story.apply());
  CHECK(story.fake.state().runners.size() == 1);
  CHECK(story.fake.state().runners[0].name == "tiny:triage");
  i64 loads = 0;
  for (const std::string& request : story.fake.diary())
    loads += request == "POST /api/generate tiny:triage" ? 1 : 0;
  CHECK(loads == 1 + 3);  // the load, then three prompts
}

TEST_CASE("a variant that shares the runner of one that was just proved causes no load") {
  Story story;
  REQUIRE(story.apply());
  story.fake.start_diary();
  Variant other = triage();
  other.name = "tiny:other";
  other.system = "Another text.";
  story.options.proof = runtime::Proof::look;
  const auto receipt = story.apply(other);
  REQUIRE(receipt);
  CHECK(receipt->verification.effective_ctx == 8192);
  for (const std::string& request : story.fake.diary())
    CHECK(request.find("/api/generate") == std::string::npos);
}

TEST_CASE("a variant that replaces one of the same window leaves the runner alone") {
  for (const auto proof : {runtime::Proof::look, runtime::Proof::read_back}) {
    Story story;
    REQUIRE(story.apply());
    story.fake.start_diary();
    Variant other = triage();
    other.num_predict = 640;
    story.options.proof = proof;
    const auto receipt = story.apply(other);
    REQUIRE(receipt);
    CHECK(receipt->verification.size.has_value() == (proof == runtime::Proof::look));
    CHECK(story.parameters("tiny:triage")["num_predict"] == 640);
    CHECK(story.fake.state().runners.size() == 1);
    for (const std::string& request : story.fake.diary())
      CHECK(request.find("/api/generate") == std::string::npos);
  }
}

TEST_CASE("a runner on the CPU does not hold where the card was asked for") {
  for (const Device device : {Device::cpu, Device::partial}) {
    Story story;
    story.fake.state().device = device;
    CHECK(story.apply());
    story.options.whole_on_gpu = true;
    Variant variant = triage();
    variant.num_ctx = 12288;
    const auto receipt = story.apply(variant);
    REQUIRE_FALSE(receipt);
    CHECK(receipt.error().kind == ErrorKind::unverified);
    CHECK(receipt.error().what == "tiny:triage does not fit the card");
    CHECK(story.parameters("tiny:triage")["num_ctx"] == 8192);
  }
}

TEST_CASE("more memory than the most that was predicted does not hold, unless it is counted wrongly") {
  Story story;
  Variant variant = triage();
  variant.predicted_high_bytes = 1'000'000;
  const auto receipt = story.apply(variant);
  REQUIRE_FALSE(receipt);
  CHECK(receipt.error().kind == ErrorKind::unverified);
  CHECK(receipt.error().why.find("at most 977 KiB were predicted") != std::string::npos);
  variant.sliding_window = true;
  CHECK(story.apply(variant));
}
