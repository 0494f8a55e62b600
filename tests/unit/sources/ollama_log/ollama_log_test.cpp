// Where Ollama's own log is looked for, and what is said where there is none.

#include <doctest/doctest.h>

#include "base/docker_frames.hpp"
#include "io/io.hpp"
#include "sources/ollama_log/flow.hpp"
#include "sources/ollama_log/rotations.hpp"
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

// Docker's answers by path, and what was asked for.
struct FakeDocker final : Http {
  std::map<std::string, HttpResponse> answers;  // by the path without its query
  std::vector<std::string> asked;               // socket and path
  std::string refusal;                          // why nothing answers; "": it does
  Result<HttpResponse> send(const HttpRequest& request) override {
    const std::string path = request.url.substr(request.url.find('/', 8));
    asked.push_back(request.socket + " " + path);
    if (!refusal.empty()) return fail({.kind = ErrorKind::unreachable, .what = "no answer", .why = refusal});
    const auto found = answers.find(path.substr(0, path.find('?')));
    if (found == answers.end()) return HttpResponse{.status = 404, .body = R"({"message":"No such"})"};
    HttpResponse answer = found->second;
    for (std::size_t at = 0; request.on_body && answer.status == 200 && at < answer.body.size(); at += 3)
      request.on_body(std::string_view(answer.body).substr(at, 3));
    return answer;
  }
};

struct Host {
  io::RealWorld real;
  FakeFiles files;
  FakeProcesses processes;
  FakeDocker docker;
  Variables environment;
  Keeper kept;

  Status read(std::vector<std::string> where = {}, const std::string& from = "", const std::string& to = "") {
    const World all = real.world();
    World world{docker, processes, all.clock, files, all.console, environment, all.databases, all.interrupts};
    return sources::read({.kind = &sources::usual_kind(), .where = std::move(where), .from = from, .to = to},
                         world, kept);
  }
  void add_container() {
    files.pipes["/var/run/docker.sock"] = "";
    docker.answers["/containers/json"] = {
        .status = 200,
        .body = R"([{"Names":["/web"],"Image":"nginx:1"},{"Names":["/llm"],"Image":"ollama/ollama:0.33"}])"};
    docker.answers["/containers/llm/json"] = {.status = 200, .body = R"({"Config":{"Tty":false}})"};
  }
};

constexpr const char* kCall[] = {"journalctl", "-o",         "json",
                                 "-u",         "ollama",     "--user-unit",
                                 "ollama",     "--no-pager", "--output-fields=MESSAGE"};

// What was asked of journalctl beyond what always is.
std::vector<std::string> further(const ProcessRequest& request) {
  REQUIRE(request.argv.size() >= std::size(kCall));
  CHECK(std::equal(std::begin(kCall), std::end(kCall), request.argv.begin()));
  return {request.argv.begin() + std::size(kCall), request.argv.end()};
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("the journal comes before files, and files before containers") {
  Host host;
  host.environment.all["HOME"] = "/home/u";
  host.processes.programs = {{"journalctl", "/usr/bin/journalctl"}};
  host.files.files["/home/u/.ollama/logs/server.log"] = "new\n";
  host.files.files["/home/u/.ollama/logs/server-1.log"] = "old\n";
  host.files.files["/home/u/.ollama/logs/server-10.log"] = "oldest\n";
  host.add_container();
  host.docker.answers["/containers/llm/logs"] = {
      .status = 200, .body = std::string("\2\0\0\0\0\0\0\4T a\n\1\0\0\0\0\0\0\3T bx", 24).substr(0, 23)};
  const ProcessResult entry{.out = "{\"MESSAGE\":\"a\"}\n"};
  host.processes.answers = {entry, entry};
  REQUIRE(host.read());
  CHECK(host.kept.text == "journal of ollama: {\"MESSAGE\":\"a\"}\n");
  CHECK(host.kept.notes ==
        "read the journal of the unit ollama; there is also /home/u/.ollama/logs/server*.log and docker:llm, "
        "which "
        "--ollama-log names\n");
  CHECK(further(host.processes.ran.at(0)) == Texts{"-n", "1"});
  CHECK(further(host.processes.ran.at(1)).empty());

  host.kept = {};
  REQUIRE(host.read());  // the journal is empty
  CHECK(host.kept.text ==
        "/home/u/.ollama/logs/server-10.log: oldest\n/home/u/.ollama/logs/server-1.log: old\n"
        "/home/u/.ollama/logs/server.log: new\n");

  host.kept = {};
  host.files.files.clear();
  REQUIRE(host.read());
  CHECK(host.kept.text == "container llm: T a\nT b\n");
  CHECK(host.docker.asked.back() ==
        "/var/run/docker.sock /containers/llm/logs?stdout=1&stderr=1&timestamps=1");
}

TEST_CASE("of a period no more is asked for than tells of it") {
  Host host;
  host.processes.programs = {{"journalctl", "/usr/bin/journalctl"}};
  host.processes.answers = {{.exit_code = 1, .out = "loads\n"}, {.out = "lines\n"}};
  REQUIRE(host.read({"journal"}, "2026-09-10", "2026-09-12"));
  CHECK(host.kept.text == "journal of ollama: loads\nlines\n");
  const Texts loads = further(host.processes.ran.at(0));
  REQUIRE(loads.size() == 4);
  CHECK(loads[0] == "--since=@1786384800");  // 30 days before
  CHECK(loads[1] == "--until=@1788976800");  // 2026-09-09T18:00:00Z
  CHECK(loads[2] == "--grep");
  CHECK(further(host.processes.ran.at(1)) == Texts{"--since=@1788976800", "--until=@1789192800"});
  Status read = host.read({"journal"}, "2026-09-10");
  REQUIRE_FALSE(read);  // nothing was written
  CHECK(read.error().kind == ErrorKind::withheld);

  host.add_container();
  host.docker.answers["/containers/llm/logs"] = {.status = 200, .body = ""};
  read = host.read({"docker:llm"}, "2026-09-10");
  REQUIRE_FALSE(read);
  CHECK(read.error().kind == ErrorKind::withheld);
  CHECK(host.docker.asked.back().ends_with("&timestamps=1&since=1786406400"));

  // A file may have begun after the period did: its older parts are read before it.
  host.kept = {};
  host.files.files = {
      {"/l/o.log", "c\n"}, {"/l/o.log.1", "b\n"}, {"/l/o.log.2", "a\n"}, {"/l/o.log.old", "no"}};
  REQUIRE(host.read({"/l/o.log"}, "2026-09-10"));
  CHECK(host.kept.text == "/l/o.log.2: a\n/l/o.log.1: b\n/l/o.log: c\n");
  host.kept = {};
  REQUIRE(host.read({"/l/o.log"}));
  CHECK(host.kept.text == "/l/o.log: c\n");
}

TEST_CASE("what may not be read names the group that may") {
  Host host;
  host.processes.programs = {{"journalctl", "/usr/bin/journalctl"}};
  const ProcessResult forbidden{.exit_code = 1,
                                .err = "No journal files were opened due to insufficient permissions.\n"};
  host.processes.answers = {forbidden};
  Status read = host.read({"journal"});
  REQUIRE_FALSE(read);
  CHECK(read.error().why.find("systemd-journal and adm") != std::string::npos);
  CHECK(read.error().hint.starts_with("sudo usermod -aG systemd-journal"));
  host.processes.answers = {forbidden, forbidden};
  read = host.read({"auto"});
  REQUIRE_FALSE(read);
  CHECK(read.error().hint.starts_with("sudo usermod -aG systemd-journal"));

  host.processes.programs.clear();
  host.add_container();
  host.docker.refusal = "/var/run/docker.sock: Permission denied";
  for (const char* where : {"docker:llm", "auto"}) {
    read = host.read({where});
    REQUIRE_FALSE(read);
    CHECK(read.error().why.find("members of the group docker") != std::string::npos);
    CHECK(read.error().hint.starts_with("sudo usermod -aG docker"));
  }
}

TEST_CASE("where there is no log at all, the error says how to get one") {
  Host host;
  const Status read = host.read();
  REQUIRE_FALSE(read);
  CHECK(read.error().kind == ErrorKind::usage);
  CHECK(read.error().hint.find("journalctl -u ollama > server.log") != std::string::npos);
  CHECK_FALSE(host.read({"docker:ollama"}));
  CHECK_FALSE(host.read({"/nowhere/server.log"}));
  CHECK(host.read({"docker:ollama"}).error().why.starts_with("there is no /var/run/docker.sock"));
  host.add_container();
  const Status misnamed = host.read({"docker:olama/../x"});
  REQUIRE_FALSE(misnamed);
  CHECK(host.docker.asked.back() == "/var/run/docker.sock /containers/json?all=1");
}

TEST_CASE("frames give whole lines, wherever they are cut") {
  const auto frame = [](char stream, const std::string& payload) {
    return std::string{stream,
                       0,
                       0,
                       0,
                       0,
                       0,
                       static_cast<char>(payload.size() >> 8),
                       static_cast<char>(payload.size() & 0xFF)} +
           payload;
  };
  const std::string log = frame(1, "out 1\nou") + frame(2, "err 1\n") + frame(1, "t 2\n") + frame(2, "") +
                          frame(2, std::string(700, 'x')) + frame(2, "\nerr") + frame(1, "end");
  const std::string wanted = "out 1\nerr 1\nout 2\n" + std::string(700, 'x') + "\nend\nerr\n";
  for (std::size_t size = 1; size < 40; ++size) {
    DockerFrames frames;
    std::string text;
    for (std::size_t at = 0; at < log.size(); at += size)
      text += frames.take(std::string_view(log).substr(at, size));
    text += frames.finish();
    CHECK(text == wanted);
  }
}

TEST_CASE("parts of a rotated log come from the oldest to the newest, each once") {
  using Logs = std::vector<Texts>;
  CHECK(sources::logs_of(
            {"/l/o.log", "/l/o.log.1", "/l/o.log.10.gz", "/l/o.log.2", "/l/o.log.2.gz", "/l/p.log"}) ==
        Logs{{"/l/o.log.10.gz", "/l/o.log.2", "/l/o.log.1", "/l/o.log"}, {"/l/p.log"}});
  CHECK(sources::logs_of({"/l/o.log", "/l/o.log-20261128.gz", "/l/o.log-20261129"}) ==
        Logs{{"/l/o.log-20261128.gz", "/l/o.log-20261129", "/l/o.log"}});
  CHECK(sources::logs_of({"/l/server-1.log", "/l/server-2.log", "/l/server.log", "/l/ollama-2.log"}) ==
        Logs{{"/l/server-2.log", "/l/server-1.log", "/l/server.log"}, {"/l/ollama-2.log"}});
}

TEST_CASE("what is pushed is read as it came, and its error comes behind it") {
  sources::Flow flow([](const sources::Flow::Give& give) -> Status {
    for (int i = 0; i < 1000; ++i) give(std::string(10'000, static_cast<char>('a' + i % 26)));
    return fail({.what = "broke off"});
  });
  REQUIRE(flow.begins().value());
  std::string buffer(7'777, ' ');
  std::size_t all = 0;
  for (;;) {
    const auto got = flow.read(buffer.data(), buffer.size());
    if (!got) {
      CHECK(got.error().what == "broke off");
      break;
    }
    for (std::size_t i = 0; i < *got; i += 997)
      CHECK(buffer[i] == static_cast<char>('a' + (all + i) / 10'000 % 26));
    all += *got;
  }
  CHECK(all == 10'000'000);
  bool went_on = true;
  {
    sources::Flow dropped([&](const sources::Flow::Give& give) -> Status {
      while (give(std::string(1 << 20, 'x'))) {
      }
      went_on = false;
      return {};
    });
    CHECK(dropped.begins().value());
  }
  CHECK_FALSE(went_on);
}
