// Docker's API for containers and their logs, behind a Unix socket, as a program.
//
//   fake_docker [options] -- COMMAND...   serves while COMMAND runs, with DOCKER_HOST set; ends with its exit
//                                         code
//
//   --container NAME=IMAGE   one more container; the first one wrote the log
//   --log FILE               what it wrote: access lines to stdout, all else to stderr
//   --tty                    it has a terminal: its log comes without frames, with line ends of terminals
//   --diary FILE             what was asked for is written there, one a line
//
// Frames are cut anywhere, as Docker may. Times of lines are those that the log itself names.

#include <httplib.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <sstream>
#include <thread>

#include "base/json.hpp"
#include "base/time.hpp"

extern char** environ;

namespace {

using Json = nlohmann::json;

[[noreturn]] void usage(const std::string& why) {
  std::fprintf(stderr, "fake_docker: %s; see the top of tests/support/fake_docker_main.cpp\n", why.c_str());
  std::exit(2);
}

struct Options {
  std::vector<std::pair<std::string, std::string>> containers;  // name and image
  std::string log, diary;
  bool tty = false;
  std::vector<std::string> command;
};

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--") {
      options.command.assign(argv + i + 1, argv + argc);
      break;
    }
    if (name == "--tty") {
      options.tty = true;
      continue;
    }
    if (i + 1 == argc) usage(name + " needs a value");
    const std::string value = argv[++i];
    const std::size_t equals = value.find('=');
    if (name == "--container" && equals != value.npos)
      options.containers.emplace_back(value.substr(0, equals), value.substr(equals + 1));
    else if (name == "--log")
      options.log = value;
    else if (name == "--diary")
      options.diary = value;
    else
      usage("cannot use " + name + " " + value);
  }
  if (options.command.empty()) usage("no command");
  return options;
}

std::string frame(int stream, const std::string& payload) {
  std::string bytes = {static_cast<char>(stream), 0, 0, 0};
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(payload.size() >> shift & 0xFF);
  return bytes + payload;
}

// The log as the API gives it, of what was written from `since` on (seconds).
std::string log_body(const Options& options, ctxcap::i64 since) {
  std::ifstream file(options.log);
  std::string body, at = "1970-01-01T00:00:00Z";
  std::size_t number = 0;
  for (std::string line; std::getline(file, line); ++number) {
    if (const std::size_t time = line.find("time=20"); time != line.npos)
      at = line.substr(time + 5, line.find(' ', time) - time - 5);
    if (const auto written = ctxcap::parse_time(at); written && written->micros < since * 1'000'000) continue;
    const std::string text = at + " " + line;
    if (options.tty) {
      body += text + "\r\n";
      continue;
    }
    const int stream = line.starts_with("[GIN]") ? 1 : 2;
    const std::size_t cut = number % 3 == 0 ? number % (text.size() + 1) : 0;
    if (cut > 0) body += frame(stream, text.substr(0, cut));
    body += frame(stream, text.substr(cut) + "\n");
  }
  return body;
}

class Server {
 public:
  explicit Server(const Options& options) : options_(options) {
    char pattern[] = "/tmp/fake_docker.XXXXXX";
    directory_ = ::mkdtemp(pattern);
    server_.set_logger([this](const httplib::Request& request, const httplib::Response&) {
      const std::scoped_lock lock(mutex_);
      if (!options_.diary.empty()) std::ofstream(options_.diary, std::ios::app) << request.target << '\n';
    });
    server_.Get("/containers/json", [this](const httplib::Request&, httplib::Response& response) {
      Json list = Json::array();
      for (const auto& [name, image] : options_.containers)
        list.push_back({{"Names", {"/" + name}}, {"Image", image}, {"State", "running"}});
      response.set_content(list.dump(), "application/json");
    });
    server_.Get(
        R"(/containers/([^/]+)/json)", [this](const httplib::Request& request, httplib::Response& response) {
          if (known(request, response))
            response.set_content(Json{{"Config", {{"Tty", options_.tty}}}}.dump(), "application/json");
        });
    server_.Get(
        R"(/containers/([^/]+)/logs)", [this](const httplib::Request& request, httplib::Response& response) {
          if (!known(request, response)) return;
          const std::string since = request.get_param_value("since");
          const bool has_log = request.matches[1] == options_.containers.front().first;
          response.set_content(has_log ? log_body(options_, since.empty() ? 0 : std::stoll(since)) : "",
                               "application/vnd.docker.raw-stream");
        });
    server_.set_address_family(AF_UNIX);
    if (!server_.bind_to_port(socket().c_str(), 80)) usage("cannot listen at " + socket());
    thread_ = std::thread([this] { server_.listen_after_bind(); });
  }
  ~Server() {
    server_.stop();
    thread_.join();
    ::unlink(socket().c_str());
    ::rmdir(directory_.c_str());
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::string socket() const { return directory_ + "/docker.sock"; }

 private:
  bool known(const httplib::Request& request, httplib::Response& response) const {
    const std::string name = request.matches[1];
    for (const auto& container : options_.containers) {
      if (container.first == name) return true;
    }
    response.status = 404;
    response.set_content(Json{{"message", "No such container: " + name}}.dump(), "application/json");
    return false;
  }

  const Options& options_;
  std::string directory_;
  httplib::Server server_;
  std::mutex mutex_;
  std::thread thread_;
};

}  // namespace

int main(int argc, char** argv) {
  Options options = parse(argc, argv);
  const Server server(options);
  ::setenv("DOCKER_HOST", ("unix://" + server.socket()).c_str(), 1);
  std::vector<char*> command;
  for (std::string& word : options.command) command.push_back(word.data());
  command.push_back(nullptr);
  pid_t child = 0;
  if (::posix_spawnp(&child, command[0], nullptr, nullptr, command.data(), environ) != 0)
    usage("cannot run it");
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
