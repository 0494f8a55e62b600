// Where Ollama's own log is looked for, and what is said where there is none.

#include <doctest/doctest.h>

#include "io/io.hpp"
#include "sources/sources.hpp"
#include "support/fake_files.hpp"
#include "support/fake_processes.hpp"
#include "unit/sources/variables.hpp"

using namespace ctxcap;
using namespace ctxcap::test;

namespace {

// Keeps what it is given, and what it is told.
struct Keeper final : sources::Sink {
  std::string text, notes;
  Status rows(const sources::Rows& rows) override {
    text += rows.name + ": ";
    if (rows.mapped != nullptr) {
      text += rows.mapped->bytes();
      return {};
    }
    char buffer[5];
    for (;;) {
      TRY_ASSIGN(const std::size_t got, rows.stream->read(buffer, sizeof buffer));
      if (got == 0) return {};
      text.append(buffer, got);
    }
  }
  void progress(const std::string&, const sources::Progress&) override {}
  void note(const std::string& sentence) override { notes += sentence + "\n"; }
  void begin(const Window&) override {}
  Status take(std::string_view) override { return {}; }
  Status commit() override { return {}; }
};

struct Host {
  io::RealWorld real;
  FakeFiles files;
  FakeProcesses processes;
  Variables environment;
  Keeper kept;

  Status read(std::vector<std::string> where = {}) {
    const World all = real.world();
    World world{all.http,    processes,   all.clock,     files,
                all.console, environment, all.databases, all.interrupts};
    return sources::read({.kind = &sources::usual_kind(), .where = std::move(where)}, world, kept);
  }
};

}  // namespace

TEST_CASE("the journal comes before files, and files before containers") {
  Host host;
  host.environment.all["HOME"] = "/home/u";
  host.processes.programs = {{"journalctl", "/usr/bin/journalctl"}, {"docker", "/usr/bin/docker"}};
  host.files.files["/home/u/.ollama/logs/server.log"] = "new\n";
  host.files.files["/home/u/.ollama/logs/server-1.log"] = "old\n";
  host.processes.answers = {{.out = "{\"MESSAGE\":\"a\"}\n"}};
  REQUIRE(host.read());
  CHECK(host.kept.text == "journal of ollama: {\"MESSAGE\":\"a\"}\n");
  CHECK(host.processes.ran.at(0).argv == std::vector<std::string>{"journalctl", "-o", "json", "-u", "ollama",
                                                                  "--no-pager", "--output-fields=MESSAGE"});

  host.kept = {};
  REQUIRE(host.read());  // the journal is empty
  CHECK(host.kept.text == "/home/u/.ollama/logs/server-1.log: old\n/home/u/.ollama/logs/server.log: new\n");

  host.kept = {};
  host.files.files.clear();
  host.processes.answers = {{},
                            {.out = "web nginx:1\nllm ollama/ollama:0.33\n"},
                            {.out = "2026-11-29T13:00:01Z b\n", .err = "2026-11-29T13:00:00Z a\n"}};
  REQUIRE(host.read());
  CHECK(host.kept.text == "container llm: 2026-11-29T13:00:00Z a\n2026-11-29T13:00:01Z b\n");
  CHECK(host.processes.ran.back().argv == std::vector<std::string>{"docker", "logs", "--timestamps", "llm"});
}

TEST_CASE("a journal that may not be read names the group that may") {
  Host host;
  host.processes.programs = {{"journalctl", "/usr/bin/journalctl"}};
  const ProcessResult forbidden{.exit_code = 1,
                                .err = "No journal files were opened due to insufficient permissions.\n"};
  host.processes.answers = {forbidden};
  Status read = host.read({"journal"});
  REQUIRE_FALSE(read);
  CHECK(read.error().why.find("systemd-journal and adm") != std::string::npos);
  CHECK(read.error().hint.starts_with("sudo usermod -aG systemd-journal"));
  host.processes.answers = {forbidden};
  read = host.read({"auto"});
  REQUIRE_FALSE(read);
  CHECK(read.error().hint.starts_with("sudo usermod -aG systemd-journal"));
}

TEST_CASE("where there is no log at all, the error says how to get one") {
  Host host;
  const Status read = host.read();
  REQUIRE_FALSE(read);
  CHECK(read.error().kind == ErrorKind::usage);
  CHECK(read.error().hint.find("journalctl -u ollama > server.log") != std::string::npos);
  CHECK_FALSE(host.read({"docker:ollama"}));
  CHECK_FALSE(host.read({"/nowhere/server.log"}));
}
