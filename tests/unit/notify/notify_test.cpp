// Each way against a listener of its protocol: a server in this process, programs on the disk.

#include "notify/notify.hpp"

#include <doctest/doctest.h>
#include <httplib.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "base/json.hpp"
#include "io/io.hpp"

using namespace ctxcap;
using namespace std::chrono_literals;
using Json = nlohmann::json;

namespace {

// Takes what its protocol takes, and answers as the real ones do.
struct Listener {
  struct Got {
    std::string path, body, type, title, priority, authorization;
  };
  httplib::Server server;
  std::vector<Got> got;
  std::atomic<bool> released{false};
  int port = 0;
  std::thread thread;

  Listener() {
    const auto take = [this](auto fault, int status, std::string answer) {
      return [=, this](const httplib::Request& request, httplib::Response& response) {
        got.push_back({request.path, request.body, request.get_header_value("Content-Type"),
                       request.get_header_value("Title"), request.get_header_value("Priority"),
                       request.get_header_value("Authorization")});
        const std::string wrong = fault(request);
        response.status = wrong.empty() ? status : 400;
        response.set_content(wrong.empty() ? answer : wrong, "text/plain");
      };
    };
    const auto json = [](const httplib::Request& request) {
      return request.get_header_value("Content-Type") == "application/json"
                 ? Json::parse(request.body, nullptr, false)
                 : Json(Json::value_t::discarded);
    };
    const auto slack = [json](const httplib::Request& request) -> std::string {
      const Json body = json(request);
      if (body.is_discarded()) return "invalid_payload";
      return body.contains("text") && body["text"].is_string() && !body["text"].empty() ? "" : "no_text";
    };
    const auto discord = [json](const httplib::Request& request) -> std::string {
      const Json body = json(request);
      if (!body.is_object() || !body.contains("content"))
        return R"({"message": "Cannot send an empty message"})";
      return body["content"].get<std::string>().size() <= 2000 ? ""
                                                               : R"({"content": ["Must be 2000 or fewer"]})";
    };
    const auto ntfy = [](const httplib::Request& request) -> std::string {
      if (request.body.size() > 4096) return "it would become an attachment";
      return request.get_header_value("Title").find_first_not_of("\t") == std::string::npos ? "no title" : "";
    };
    const auto hook = [json](const httplib::Request& request) -> std::string {
      return json(request).is_object() ? "" : "no JSON";
    };
    server.Post("/services/T0/B0/secret", take(slack, 200, "ok"));
    server.Post("/api/webhooks/1/secret", take(discord, 204, ""));
    server.Post("/gpu", take(ntfy, 200, R"({"event":"message"})"));
    server.Post("/hook", take(hook, 202, ""));
    for (const int status : {401, 404, 429, 500}) {
      server.Post("/refuse/" + std::to_string(status),
                  [status](const httplib::Request&, httplib::Response& response) {
                    response.status = status;
                    response.set_content("no: secret", "text/plain");
                  });
    }
    server.Post("/away", [](const httplib::Request&, httplib::Response& response) {
      response.set_redirect("http://127.0.0.1:1/secret");
    });
    server.Post("/silent", [this](const httplib::Request&, httplib::Response&) {
      while (!released) std::this_thread::yield();
    });
    port = server.bind_to_any_port("127.0.0.1");
    thread = std::thread([this] { server.listen_after_bind(); });
    while (!server.is_running()) std::this_thread::yield();
  }
  ~Listener() {
    released = true;
    server.stop();
    thread.join();
  }
  std::string url(const std::string& path) const { return "http://127.0.0.1:" + std::to_string(port) + path; }
};

struct Variables final : Environment {
  std::map<std::string, std::string> values;
  std::optional<std::string> get(const std::string& name) override {
    return values.contains(name) ? std::optional(values[name]) : std::nullopt;
  }
};

struct Place {
  io::RealWorld real;
  World all = real.world();
  Variables variables;
  World world{all.http,    all.processes, all.clock,     all.files,
              all.console, variables,     all.databases, all.interrupts};
  std::unique_ptr<Files::PrivateDirectory> folder = *all.files.make_private_directory();

  std::string write(const std::string& name, const std::string& text, bool runs = false) {
    const std::string path = folder->path() + "/" + name;
    std::ofstream(path) << text;
    if (runs) std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path;
  }
  std::string read(const std::string& name) { return *all.files.read_all(folder->path() + "/" + name); }
};

Notice notice_of_change() {
  return {.what = {Happened::changed, Happened::oom},
          .at = *parse_time("2026-11-17T02:30:00Z"),
          .title = "ctxcap: a:x has 8,192 tokens now; the card ran out of memory once",
          .lines = {"größer  a:x  40,960 -> 8,192  create, applied: <the first> & `only` variant",
                    "2026-11-17 oom"},
          .jobs = {{"größer", "a", "a:x", "create", "applied", "the first variant", 40'960, 8'192}},
          .ooms = {{*parse_time("2026-11-17T01:00:00Z"), "whisperx", Bytes{6} << 30, std::nullopt}}};
}

NotifySettings by(NoticeWay way, std::vector<std::string> to = {}) {
  return {.way = way, .to = std::move(to)};
}

}  // namespace

TEST_CASE("each way as its listener takes it") {
  Listener listener;
  Place place;
  const Notice notice = notice_of_change();

  SUBCASE("ntfy, with a token") {
    place.variables.values["NTFY_TOKEN"] = "tk_secret";
    REQUIRE(notify::tell(by(NoticeWay::ntfy, {listener.url("/gpu")}), notice, place.world));
    CHECK(listener.got.front().title == notice.title);
    CHECK(listener.got.front().priority == "high");
    CHECK(listener.got.front().authorization == "Bearer tk_secret");
    CHECK(listener.got.front().body == notice.lines[0] + "\n" + notice.lines[1]);
  }
  SUBCASE("ntfy, a title beyond ASCII") {
    Notice other = notice;
    other.title = "größer";
    REQUIRE(notify::tell(by(NoticeWay::ntfy, {listener.url("/gpu")}), other, place.world));
    CHECK(listener.got.front().title == "=?UTF-8?B?Z3LDtsOfZXI=?=");
  }
  SUBCASE("Slack: the address is a secret, of a variable or of a file") {
    place.variables.values["SLACK_URL"] = listener.url("/services/T0/B0/secret");
    REQUIRE(notify::tell(by(NoticeWay::slack), notice, place.world));
    const std::string text = Json::parse(listener.got.front().body)["text"];
    CHECK(text.find("&lt;the first&gt; &amp; `only`") != std::string::npos);
    place.variables.values.clear();
    place.variables.values["OPS_URL_FILE"] =
        place.write("url", listener.url("/services/T0/B0/secret") + "\n");
    NotifySettings other = by(NoticeWay::slack);
    other.keys = "OPS";
    REQUIRE(notify::tell(other, notice, place.world));
    CHECK(listener.got.size() == 2);
  }
  SUBCASE("Discord, also where there is more to tell than it takes") {
    place.variables.values["DISCORD_URL"] = listener.url("/api/webhooks/1/secret");
    Notice much = notice;
    for (int i = 0; i < 400; ++i) much.lines.push_back("größer and größer");
    REQUIRE(notify::tell(by(NoticeWay::discord), much, place.world));
    const Json body = Json::parse(listener.got.front().body);
    CHECK(body["content"].get<std::string>().find("...") != std::string::npos);
    CHECK(body["allowed_mentions"]["parse"].empty());
    CHECK(body["content"].get<std::string>().find("'only'") != std::string::npos);
  }
  SUBCASE("a webhook: all that there is") {
    place.variables.values["WEBHOOK_USER"] = "me";
    place.variables.values["WEBHOOK_PASSWORD"] = "pw";
    REQUIRE(notify::tell(by(NoticeWay::webhook, {listener.url("/hook")}), notice, place.world));
    const Json body = Json::parse(listener.got.front().body);
    CHECK(listener.got.front().authorization == "Basic bWU6cHc=");
    CHECK(body["schema"] == "ctxcap.notice/1");
    CHECK(body["what"] == Json{"changed", "oom"});
    CHECK(body["jobs"][0]["to_num_ctx"] == 8192);
    CHECK(body["ooms"][0]["held_bytes"] == Bytes{6} << 30);
    CHECK(body["ooms"][0]["wanted_bytes"].is_null());
  }
  SUBCASE("a webhook by a template") {
    NotifySettings whom = by(NoticeWay::webhook, {listener.url("/hook")});
    whom.template_file = place.write(
        "t",
        R"({"m": "{{title}}: {{text}}", "oom": {{#oom}}true{{/oom}}{{^oom}}false{{/oom}}, "all": {{{notice}}}})");
    REQUIRE(notify::tell(whom, notice, place.world));
    const Json body = Json::parse(listener.got.front().body);
    CHECK(body["m"].get<std::string>().find("größer  a:x") != std::string::npos);
    CHECK(body["oom"] == true);
    CHECK(body["all"]["at"] == "2026-11-17T02:30:00Z");
    for (const char* wrong : {"{{titel}}", R"({"m": {{title}}})"}) {
      whom.template_file = place.write("wrong", wrong);
      CHECK_FALSE(notify::tell(whom, notice, place.world));
      CHECK(notify::doubts(whom, place.world).size() == 1);
    }
  }
}

TEST_CASE("programs get it on their stdin") {
  Place place;
  const std::string out = place.folder->path();
  const std::string tell =
      place.write("tell",
                  "#!/bin/sh\necho \"$1|$NOTIFY_WHAT|$NOTIFY_EXIT_CODE|$NOTIFY_TITLE\" > " + out +
                      "/seen\ncat >> " + out + "/seen\n",
                  true);
  const Notice notice = notice_of_change();
  REQUIRE(notify::tell(by(NoticeWay::command, {tell, "an argument"}), notice, place.world));
  CHECK(place.read("seen") == "an argument|changed oom|0|" + notice.title + "\n" + notice.title + "\n\n" +
                                  notice.lines[0] + "\n" + notice.lines[1] + "\n");

  SUBCASE("more than a pipe holds, and nobody reads it") {
    Notice much = notice;
    much.lines.assign(1, std::string(1 << 20, 'x'));
    CHECK(notify::tell(by(NoticeWay::command, {place.write("deaf", "#!/bin/sh\nexit 0\n", true)}), much,
                       place.world));
  }
  SUBCASE("one that fails, one that hangs, one that is not there") {
    const auto why = [&](const std::string& program, notify::Limits limits = {}) {
      const Status told = notify::tell(by(NoticeWay::command, {program}), notice, place.world, limits);
      return told ? "" : told.error().why;
    };
    CHECK(why(place.write("bad", "#!/bin/sh\nexit 75\n", true)) == "it ended with 75");
    CHECK(why(place.write("slow", "#!/bin/sh\nexec sleep 60\n", true), {.program = 50ms}) ==
          "it took too long");
    CHECK(why(out + "/none") == "there is no such program");
    CHECK(notify::doubts(by(NoticeWay::command, {out + "/none"}), place.world).size() == 1);
  }
}

TEST_CASE("mail by sendmail") {
  Place place;
  const std::string out = place.folder->path();
  place.write("sendmail", "#!/bin/sh\necho \"$*\" > " + out + "/args\ncat > " + out + "/mail\n", true);
  struct Here final : Processes {  // as if it were in PATH
    Processes& real;
    std::string folder;
    Here(Processes& processes, std::string path) : real(processes), folder(std::move(path)) {}
    std::optional<std::string> find(const std::string& program) override {
      return program == "sendmail" ? std::optional(folder + "/sendmail") : std::nullopt;
    }
    Result<ProcessResult> run(const ProcessRequest& request) override {
      ProcessRequest found = request;
      found.argv.front() = folder + "/" + found.argv.front();
      return real.run(found);
    }
  } here(place.all.processes, out);
  World world{place.all.http,      here,
              place.all.clock,     place.all.files,
              place.all.console,   place.variables,
              place.all.databases, place.all.interrupts};
  Notice notice = notice_of_change();
  notice.title = "größer";
  REQUIRE(notify::tell(by(NoticeWay::mail, {"root", "ops@example.org"}), notice, world));
  CHECK(place.read("args") == "-i -t\n");
  const std::string mail = place.read("mail");
  CHECK(
      mail.starts_with("To: root, ops@example.org\nSubject: =?UTF-8?B?Z3LDtsOfZXI=?=\nMIME-Version: 1.0\n"));
  CHECK(mail.find("\n\ngrößer  a:x  40,960 -> 8,192") != std::string::npos);
}

TEST_CASE("what refuses or does not answer is told without its secrets") {
  Listener listener;
  Place place;
  struct Row {
    const char* path;
    const char* why;
  };
  for (const Row& row :
       {Row{"/refuse/401", "HTTP 401"}, Row{"/refuse/404", "HTTP 404"}, Row{"/refuse/429", "HTTP 429"},
        Row{"/refuse/500", "HTTP 500"}, Row{"/away?token=secret", ""}, Row{"/nowhere/secret", "HTTP 404"}}) {
    CAPTURE(row.path);
    place.variables.values["SLACK_URL"] = listener.url(row.path);
    place.variables.values["SLACK_TOKEN"] = "secret";
    const Status told = notify::tell(by(NoticeWay::slack), notice_of_change(), place.world);
    REQUIRE_FALSE(told);
    const std::string all = told.error().what + told.error().why + told.error().hint;
    CHECK(told.error().why.find(row.why) != std::string::npos);
    CHECK(all.find("secret") == std::string::npos);
    CHECK(told.error().kind == ErrorKind::unreachable);
  }
  SUBCASE("nobody there") {
    place.variables.values["SLACK_URL"] = "http://127.0.0.1:1/services/secret";
    const Status told = notify::tell(by(NoticeWay::slack), notice_of_change(), place.world);
    REQUIRE_FALSE(told);
    CHECK(told.error().why.starts_with("http://127.0.0.1:1: "));
    CHECK(told.error().why.find("secret") == std::string::npos);
  }
  SUBCASE("no answer in time") {
    place.variables.values["SLACK_URL"] = listener.url("/silent");
    const Status told = notify::tell(by(NoticeWay::slack), notice_of_change(), place.world, {.answer = 50ms});
    REQUIRE_FALSE(told);
    CHECK(told.error().why.find("tim") != std::string::npos);  // "timed out"
  }
  SUBCASE("no address, or one that is none") {
    place.variables.values.clear();
    for (const char* url :
         {"", "hooks.slack.com/services/secret", "http://a b/secret", "https://me:secret@host/"}) {
      place.variables.values["SLACK_URL"] = url;
      const auto doubts = notify::doubts(by(NoticeWay::slack), place.world);
      REQUIRE(doubts.size() == 1);
      CHECK(doubts[0].why.find("secret") == std::string::npos);
      CHECK_FALSE(notify::tell(by(NoticeWay::slack), notice_of_change(), place.world));
    }
  }
}

TEST_CASE("who wants to know of what") {
  NotifySettings whom = by(NoticeWay::ntfy);
  const Notice notice = notice_of_change();
  CHECK(notify::wants(whom, notice));
  whom.on = {"failed"};
  CHECK_FALSE(notify::wants(whom, notice));
  CHECK(notify::wants(whom, notify::test_notice({})));
  whom.on = {"failed", "oom"};
  CHECK(notify::wants(whom, notice));
}
