#include "cli/cli.hpp"

#include <doctest/doctest.h>

#include "io/io.hpp"
#include "support/fake_clock.hpp"
#include "support/fake_console.hpp"
#include "support/fake_processes.hpp"

using namespace ctxcap;
using namespace std::chrono_literals;

namespace {

// Answers after a while, as the port tells of it.
struct Slow final : Http {
  test::FakeClock& clock;
  explicit Slow(test::FakeClock& of) : clock(of) {}
  Result<HttpResponse> send(const HttpRequest& request) override {
    for (int second = 0; second < 65; ++second) {
      clock.sleep_for(1s);
      if (request.on_wait) request.on_wait();
    }
    return HttpResponse{.status = 204};
  }
};

struct Terminal {
  io::RealWorld real;
  World all = real.world();
  test::FakeClock clock;
  test::FakeConsole console;
  test::FakeProcesses processes;
  Slow http{clock};
  World world{http, processes, clock, all.files, console, all.environment, all.databases, all.interrupts};

  // What is on stderr after `use` of a Talk that is that loud.
  template <class Use>
  std::string said(cli::Loudness loudness, const Use& use) {
    console.tty = true;
    console.columns = 60;
    console.err_text.clear();
    cli::Talk talk(world, {.color = settings::Colours::never}, "", loudness);
    use(talk);
    return console.err_text;
  }
};

}  // namespace

TEST_CASE("what is waited for is on the progress line, beside what was last on it") {
  Terminal terminal;
  const auto wait = [&](cli::Talk& talk) {
    talk.progress("a:x", 1, std::nullopt, "loading");
    cli::WatchedHttp(terminal.http, terminal.clock, talk).send({.url = "http://rack2:11434/api/generate"});
    talk.clear();
  };
  const std::string said = terminal.said(cli::Loudness::usual, wait);
  CHECK(said.find("\r\x1b[K  a:x loading  waiting for rack2:11434 0:02") != std::string::npos);
  CHECK(said.find("a:x loading  waiting for rack2:11434 1:05") != std::string::npos);
  CHECK(said.ends_with("\r\x1b[K"));
  CHECK(terminal.said(cli::Loudness::quiet, wait).empty());
}

TEST_CASE("quiet, as usual, and verbose") {
  Terminal terminal;
  const auto all = [](cli::Talk& talk) {
    talk.note("note: nothing new");
    talk.note("warning: mind this");
    talk.error({.what = "no", .why = "because", .hint = "do"});
  };
  CHECK(terminal.said(cli::Loudness::quiet, all) ==
        "warning: mind this\nerror: no\n  why: because\n hint: do\n");
  CHECK(terminal.said(cli::Loudness::usual, all).starts_with("note: nothing new\n"));
}

TEST_CASE("lines of requests and programs hold no secrets") {
  Terminal terminal;
  terminal.processes.programs["tell"] = "/bin/tell";
  struct Row {
    HttpRequest request;
    const char* told;
  };
  const Row rows[] = {
      {{.url = "http://127.0.0.1:11434/api/show"}, "GET http://127.0.0.1:11434/api/show: 204, 65 s\n"},
      {{.method = "POST", .url = "https://me:secret@host/a?key=secret"}, "POST https://host/a: 204, 65 s\n"},
      {{.url = "https://hooks.slack.com/services/secret", .secret_path = true},
       "GET https://hooks.slack.com/...: 204, 65 s\n"},
      {{.url = "http://d/containers/json?secret", .socket = "/run/docker.sock"},
       "GET /run/docker.sock http://d/containers/json: 204, 65 s\n"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.told);
    const std::string said = terminal.said(cli::Loudness::verbose, [&](cli::Talk& talk) {
      cli::WatchedHttp(terminal.http, terminal.clock, talk).send(row.request);
    });
    CHECK(said.ends_with(row.told));
    CHECK(said.find("secret") == std::string::npos);
  }
  const std::string said = terminal.said(cli::Loudness::verbose, [&](cli::Talk& talk) {
    cli::WatchedProcesses(terminal.processes, terminal.clock, talk).run({.argv = {"tell", "secret"}});
  });
  CHECK(said == "ran tell: exit code 0, 0 ms\n");
}

TEST_CASE("on a terminal no word of what is said is broken, and a command stays whole") {
  Terminal terminal;
  const std::string said = terminal.said(cli::Loudness::usual, [](cli::Talk& talk) {
    talk.note("note: one two three four five six seven eight nine ten eleven twelve");
    talk.error({.what = "it is not there",
                .why = "some/file.jsonl: one two three four five six seven eight nine ten",
                .hint = "ctxcap analyze --traces some/file.jsonl --show some/other/file.json"});
  });
  CHECK(said ==
        "note: one two three four five six seven eight nine ten\n       eleven twelve\n"
        "error: it is not there\n"
        "  why: some/file.jsonl: one two three four five six seven\n       eight nine ten\n"
        " hint: ctxcap analyze --traces some/file.jsonl --show some/other/file.json\n");
}
