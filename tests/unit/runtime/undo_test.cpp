// Apply when something goes wrong: whatever it is and whenever it happens, what was there is there again.

#include "story.hpp"

using namespace ctxcap;
using namespace ctxcap::test;
using runtime::Via;

namespace {

constexpr std::chrono::milliseconds kShort{120};

// Either what was before, or the new one, whole and with a receipt; and no backup.
void check_consistent(Story& story, const std::string& previous, const Result<Receipt>& receipt) {
  OllamaState& state = story.fake.state();
  for (const std::string& name : state.names()) CHECK_FALSE(runtime::is_backup_name(name));
  const Manifest* variant = state.find("tiny:triage");
  if (receipt) {
    REQUIRE(variant != nullptr);
    CHECK(variant->digest == receipt->digest);
    CHECK(variant->parameters["num_ctx"] == 8192);
  } else if (previous.empty()) {
    CHECK(variant == nullptr);
  } else {
    REQUIRE(variant != nullptr);
    CHECK(variant->digest == previous);
    CHECK(variant->parameters["num_ctx"] == 4096);
  }
}

void check_error(const Error& error) {
  CAPTURE(error.what);
  CAPTURE(error.why);
  CHECK_FALSE(error.what.empty());
  CHECK_FALSE(error.why.empty());
  CHECK_FALSE(error.hint.empty());
  CHECK((error.what + error.why + error.hint).find("Sort the mail") == std::string::npos);  // no prompt text
}

// What a run without faults asks for.
std::vector<std::string> good_run(Via via, bool with_previous) {
  Story story;
  if (with_previous) story.install_previous();
  story.options.via = via;
  REQUIRE(story.apply());
  return story.fake.diary();
}

i64 requests_of_a_good_run(Via via, bool with_previous) {
  return static_cast<i64>(good_run(via, with_previous).size());
}

// The number, counted from 1, of the first request after the variant was created.
i64 first_after_create() {
  const auto diary = good_run(Via::api, true);
  const auto create = std::find(diary.begin(), diary.end(), "POST /api/create tiny:triage");
  REQUIRE(create != diary.end());
  return create - diary.begin() + 2;
}

void try_every_fault(Via via, bool with_previous) {
  const i64 requests = requests_of_a_good_run(via, with_previous);
  REQUIRE(requests > 8);
  i64 failed = 0;
  for (const FaultKind kind : kAllFaults) {
    for (i64 number = 1; number <= requests; ++number) {
      const std::string fault = fault_name(kind);
      CAPTURE(fault);
      CAPTURE(number);
      Story story;
      const std::string previous = with_previous ? story.install_previous() : "";
      story.options.via = via;
      if (kind == FaultKind::slow)
        story.patience = {kShort, kShort, std::chrono::milliseconds(400), kShort, kShort};
      story.fake.fail({.kind = kind, .first = number});
      const auto receipt = story.apply();
      check_consistent(story, previous, receipt);
      if (receipt) continue;
      ++failed;
      check_error(receipt.error());
      const bool no_answer =
          kind == FaultKind::slow || kind == FaultKind::dropped || kind == FaultKind::answer_lost;
      if (!no_answer) CHECK(receipt.error().kind != ErrorKind::unreachable);
      if (no_answer && via == Via::api) CHECK(receipt.error().kind == ErrorKind::unreachable);
    }
  }
  CHECK(failed > 40);  // most faults must be noticed
}

}  // namespace

TEST_CASE("every fault at every request over the API, with no variant before") {
  try_every_fault(Via::api, false);
}
TEST_CASE("every fault at every request over the API, with a variant before") {
  try_every_fault(Via::api, true);
}
TEST_CASE("every fault at every request by the command, with no variant before") {
  const Path path(Path::with_fake());
  try_every_fault(Via::cli, false);
}
TEST_CASE("every fault at every request by the command, with a variant before") {
  const Path path(Path::with_fake());
  try_every_fault(Via::cli, true);
}

TEST_CASE("a window that Ollama reduces is a failed verification, and is undone") {
  for (const bool with_previous : {false, true}) {
    CAPTURE(with_previous);
    Story story;
    const std::string previous = with_previous ? story.install_previous() : "";
    story.fake.state().wrong_ctx = 6144;
    const auto receipt = story.apply();
    REQUIRE_FALSE(receipt);
    CHECK(receipt.error().kind == ErrorKind::unverified);
    CHECK(receipt.error().why.find("8,192 tokens were asked for, /api/ps shows 6,144") != std::string::npos);
    CHECK(receipt.error().why.find(with_previous ? "the previous tiny:triage was restored"
                                                 : "tiny:triage was removed again") != std::string::npos);
    check_consistent(story, previous, receipt);
    CHECK(story.fake.state().runners.empty());  // nothing unproved stays in memory
  }
}

TEST_CASE("a window beyond the declared length is clamped by the server and so does not verify") {
  Story story;
  Variant variant = triage();
  variant.num_ctx = 262144;
  const auto receipt = story.apply(variant);
  REQUIRE_FALSE(receipt);
  CHECK(receipt.error().kind == ErrorKind::unverified);
  CHECK(receipt.error().why.find("/api/ps shows 131,072") != std::string::npos);
  check_consistent(story, "", receipt);
}

TEST_CASE("a model that cannot be loaded is undone") {
  Story story;
  const std::string previous = story.install_previous();
  story.fake.state().load_fails = true;
  const auto receipt = story.apply();
  REQUIRE_FALSE(receipt);
  CHECK(receipt.error().kind == ErrorKind::unverified);
  CHECK(receipt.error().why.find("out of memory") != std::string::npos);
  check_consistent(story, previous, receipt);
}

TEST_CASE("a command that lies, fails, crashes, hangs, loses characters or changes the window is caught") {
  const Path path(Path::with_fake());
  struct Row {
    const char* fault;
    ErrorKind kind;
    const char* why;
  };
  const Row rows[] = {
      {"lie", ErrorKind::unverified, ""},
      {"fail", ErrorKind::failure, "exit code 1: the fake command was told to fail"},
      {"half", ErrorKind::failure, "exit code 1"},
      {"crash", ErrorKind::failure, "exit code 137"},
      {"hang", ErrorKind::unreachable, "did not finish"},
      {"drop", ErrorKind::unverified, "SYSTEM has 12 characters (12 bytes), not 13 (14 bytes) as asked"},
      {"wrong", ErrorKind::unverified, "num_ctx is 4096, not 8192 as asked"},
  };
  for (const bool with_previous : {false, true}) {
    for (const Row& row : rows) {
      CAPTURE(with_previous);
      const std::string fault = row.fault;
      CAPTURE(fault);
      Story story;
      const std::string previous = with_previous ? story.install_previous() : "";
      story.options.via = Via::cli;
      if (fault == "hang") story.patience.create = kShort;
      Variant variant = triage();
      variant.system = "caf\xC3\xA9 and more";
      variant.modelfile.replace(variant.modelfile.find("SYSTEM"), std::string::npos,
                                "SYSTEM \"\"\"caf\xC3\xA9 and more\"\"\"\n");
      ::setenv("FAKE_OLLAMA_CLI", row.fault, 1);
      const auto receipt = story.apply(variant);
      ::unsetenv("FAKE_OLLAMA_CLI");
      REQUIRE_FALSE(receipt);
      CAPTURE(receipt.error().why);
      CHECK(receipt.error().kind == row.kind);
      CHECK(receipt.error().why.find(row.why) != std::string::npos);
      check_consistent(story, previous, receipt);
    }
  }
}

TEST_CASE("characters that the Modelfile parser drops are seen when read back") {
  const Path path(Path::with_fake());
  Story story;
  story.options.via = Via::cli;
  Variant variant = triage();  // as if nobody had set cli_obstacle
  variant.system = "a\xC2\xA0z\xE2\x80\x8Dw";
  variant.modelfile =
      "FROM tiny\nPARAMETER num_ctx 8192\nPARAMETER num_predict 512\nPARAMETER temperature 0.5\n"
      "PARAMETER stop END\nPARAMETER stop ###\nSYSTEM a\xC2\xA0z\xE2\x80\x8Dw\n";
  const auto receipt = story.apply(variant);
  REQUIRE_FALSE(receipt);
  CHECK(receipt.error().kind == ErrorKind::unverified);
  CHECK(receipt.error().why.find("SYSTEM has 3 characters") != std::string::npos);
  check_consistent(story, "", receipt);
  story.options.via = Via::api;
  CHECK(story.apply(variant));
}

TEST_CASE("a server that dies in the middle leaves the backup and the words to restore it") {
  const i64 reading_back = first_after_create();
  Story story;
  const std::string previous = story.install_previous();
  story.fake.fail({.kind = FaultKind::dropped, .first = reading_back, .count = 1000});
  const auto receipt = story.apply();
  REQUIRE_FALSE(receipt);
  CHECK(receipt.error().kind == ErrorKind::unreachable);
  CHECK(receipt.error().why.find("could not be undone") != std::string::npos);
  CHECK(receipt.error().hint ==
        "the previous one is kept; restore it with: ollama cp tiny:triage-ctxcap-backup tiny:triage && "
        "ollama rm tiny:triage-ctxcap-backup");
  CHECK(story.fake.state().find("tiny:triage-ctxcap-backup")->digest == previous);
  CHECK(story.fake.state().find("tiny:triage")->digest != previous);

  SUBCASE("recover puts it back") {
    story.fake.start_diary();
    runtime::Ollama ollama = story.ollama();
    CHECK(runtime::recover(ollama, "tiny:triage") == runtime::Recovery::restored);
    CHECK(runtime::recover(ollama, "tiny:triage") == runtime::Recovery::nothing_to_do);
    CHECK(story.fake.state().find("tiny:triage")->digest == previous);
    CHECK(story.fake.state().names() == std::vector<std::string>{"tiny:latest", "tiny:triage"});
  }
  SUBCASE("the next apply does so before it begins") {
    story.fake.start_diary();
    const auto again = story.apply();
    REQUIRE(again);
    CHECK(again->previous_digest == previous);
    check_consistent(story, previous, again);
  }
}

TEST_CASE("a server that dies at any moment never costs the previous variant") {
  const i64 requests = requests_of_a_good_run(Via::api, true);
  for (const FaultKind kind :
       {FaultKind::server_error, FaultKind::dropped, FaultKind::answer_lost, FaultKind::garbage}) {
    for (i64 number = 1; number <= requests; ++number) {
      const std::string fault = fault_name(kind);
      CAPTURE(fault);
      CAPTURE(number);
      Story story;
      const std::string previous = story.install_previous();
      story.fake.fail({.kind = kind, .first = number, .count = 1000});
      const auto receipt = story.apply();
      const Manifest* variant = story.fake.state().find("tiny:triage");
      const Manifest* backup = story.fake.state().find("tiny:triage-ctxcap-backup");
      if (receipt) {  // it died while the backup was removed: the new one is proved
        REQUIRE(variant != nullptr);
        CHECK(variant->digest == receipt->digest);
        continue;
      }
      CHECK(((variant != nullptr && variant->digest == previous) ||
             (backup != nullptr && backup->digest == previous)));
      story.fake.start_diary();
      runtime::Ollama ollama = story.ollama();
      REQUIRE(runtime::recover(ollama, "tiny:triage"));
      check_consistent(story, previous, receipt);
    }
  }
}

TEST_CASE("a backup that cannot be removed after success is a note with the command that removes it") {
  Story story;
  story.install_previous();
  story.fake.fail({.kind = FaultKind::server_error, .first = 1, .count = 1000, .path = "/api/delete"});
  const auto receipt = story.apply();
  REQUIRE(receipt);
  REQUIRE(receipt->verification.notes.size() == 1);
  CHECK(receipt->verification.notes[0].find("ollama rm tiny:triage-ctxcap-backup") != std::string::npos);
}

TEST_CASE("nobody listening is `unreachable`, with the command that starts the server") {
  Story story;
  std::string url;
  {
    test::FakeOllama gone;
    url = gone.url();
  }
  runtime::Ollama ollama(story.world.http, story.clock, *runtime::parse_host(url));
  const auto receipt = runtime::apply(story.world, ollama, triage(), story.options);
  REQUIRE_FALSE(receipt);
  CHECK(receipt.error().kind == ErrorKind::unreachable);
  CHECK(receipt.error().hint.find("ollama serve") != std::string::npos);
}
