// Containers, by the API of Docker, which Podman speaks too. Nothing but GET is asked.

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "sources/ollama_log/flow.hpp"
#include "sources/ollama_log/frames.hpp"
#include "sources/ollama_log/places.hpp"

namespace ctxcap::sources {
namespace {

using Json = nlohmann::json;

constexpr const char* kBySelf = "write it to a file: docker logs NAME > ollama.log 2>&1, and name that";

struct Docker {
  std::string socket;  // "": `url` alone
  std::string url;
};

std::string variable(World& world, const char* name) {
  return world.environment.get(name).value_or("");
}

Error no_docker(ErrorKind kind, std::string why, std::string hint) {
  return {.kind = kind, .what = "Docker cannot be asked", .why = std::move(why), .hint = std::move(hint)};
}

// DOCKER_HOST, else the first socket that is there: the machine's, this user's, Podman's.
Result<Docker> docker_here(World& world) {
  const std::string named = variable(world, "DOCKER_HOST");
  if (named.starts_with("unix://")) {
    const std::string path = named.substr(7);
    if (world.files.kind(path) != PathKind::missing) return Docker{path, "http://docker"};
    return fail(no_docker(ErrorKind::usage,
                          "there is no socket " + printable(path, 160) + ", which DOCKER_HOST names",
                          kBySelf));
  }
  if (named.starts_with("tcp://")) return Docker{"", "http://" + named.substr(6)};
  if (!named.empty()) {
    return fail(no_docker(
        ErrorKind::usage,
        "DOCKER_HOST is " + printable(named, 60) + ", and only unix:// and tcp:// are spoken", kBySelf));
  }
  const std::string run = variable(world, "XDG_RUNTIME_DIR"), home = variable(world, "HOME");
  for (const std::string& path :
       {std::string("/var/run/docker.sock"), run + "/docker.sock", home + "/.docker/run/docker.sock",
        std::string("/run/podman/podman.sock"), run + "/podman/podman.sock"}) {
    if (world.files.kind(path) != PathKind::missing) return Docker{path, "http://docker"};
  }
  return fail(
      no_docker(ErrorKind::usage,
                "there is no /var/run/docker.sock, none of rootless Docker or Podman, and DOCKER_HOST "
                "is not set",
                "name the socket: DOCKER_HOST=unix:///path/docker.sock"));
}

Result<HttpResponse> get(const Docker& docker, const std::string& path, World& world,
                         std::function<bool(std::string_view)> on_body = {}) {
  HttpRequest request{.url = docker.url + path, .socket = docker.socket, .on_body = std::move(on_body)};
  request.timeout = request.on_body ? std::chrono::milliseconds(0) : std::chrono::seconds(20);
  Result<HttpResponse> answer = world.http.send(request);
  if (answer) return answer;
  if (answer.error().why.find("Permission denied") != std::string::npos) {
    return fail(
        no_docker(ErrorKind::usage,
                  printable(docker.socket) + " is for members of the group docker, and this user is not",
                  "sudo usermod -aG docker $USER, and log in anew"));
  }
  return fail(no_docker(ErrorKind::unreachable, answer.error().why,
                        "look at: systemctl status docker; or " + std::string(kBySelf)));
}

std::string text_in(const Json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return object.is_object() && found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

struct Container {
  std::string name, image;

  bool is_ollama() const { return name == "ollama" || image.find("ollama/ollama") != image.npos; }
  bool looks_like_it() const { return (name + " " + image).find("ollama") != name.npos; }
};

// Those that run, or all.
Result<std::vector<Container>> containers(const Docker& docker, bool all, World& world) {
  TRY_ASSIGN(const HttpResponse answer,
             get(docker, all ? "/containers/json?all=1" : "/containers/json", world));
  const Json list = Json::parse(answer.body, nullptr, false);
  if (answer.status != 200 || !list.is_array()) {
    return fail(no_docker(ErrorKind::unreachable, fmt::format("it answered {}", answer.status), kBySelf));
  }
  std::vector<Container> found;
  for (const Json& row : list) {
    const auto names = row.is_object() ? row.find("Names") : row.end();
    if (!row.is_object() || names == row.end() || !names->is_array() || names->empty() ||
        !names->front().is_string())
      continue;
    std::string name = names->front().get<std::string>();
    if (name.starts_with('/')) name.erase(0, 1);
    found.push_back({std::move(name), text_in(row, "Image")});
  }
  return found;
}

std::string listed(const std::vector<Container>& containers, bool (*wanted)(const Container&)) {
  std::vector<std::string> names;
  for (const Container& one : containers) {
    if (wanted(one)) names.push_back("docker:" + printable(one.name, 60));
  }
  return join(names, ", ");
}

Error no_such_container(const std::string& what, const Docker& docker, World& world) {
  const std::vector<Container> all = containers(docker, true, world).value_or(std::vector<Container>());
  const std::string near = listed(all, [](const Container& one) { return one.looks_like_it(); });
  const std::string there = listed(all, [](const Container&) { return true; });
  return {.kind = ErrorKind::usage,
          .what = what,
          .why = "Docker has no container of that name",
          .hint = !near.empty()    ? "there is " + near
                  : !there.empty() ? "there are " + printable(there, 200)
                                   : "it has none at all: docker ps -a"};
}

// Names as Docker allows them need no escape.
bool is_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '_' || c == '.' || c == '-';
  });
}

std::string log_path(const std::string& name, const Period& period) {
  std::string path = "/containers/" + name + "/logs?stdout=1&stderr=1&timestamps=1";
  const auto add = [&](const char* key, i64 micros) {
    path += fmt::format("&{}={}", key, std::max<i64>(micros, 0) / 1'000'000);
  };
  if (period.from) add("since", period.from->micros - kLongestLoad);
  if (period.to) add("until", period.to->micros + kLongestRequest);
  return path;
}

Status run(const Docker& docker, const std::string& what, const std::string& path, bool has_terminal,
           World& world, const Flow::Give& give) {
  Frames frames;
  bool is_wanted = true;
  const auto take = [&](std::string_view bytes) {
    is_wanted = give(has_terminal ? bytes : frames.take(bytes));
    return is_wanted;
  };
  const Result<HttpResponse> answer = get(docker, path, world, take);
  if (!is_wanted) return {};
  TRY(answer);
  if (answer->status == 200) {
    give(frames.finish());
    return {};
  }
  const std::string said = text_in(Json::parse(answer->body, nullptr, false), "message");
  return fail({.kind = ErrorKind::unreachable,
               .what = what,
               .why = fmt::format("Docker answered {}{}", answer->status,
                                  said.empty() ? "" : ": " + printable(said, 160)),
               .hint = kBySelf});
}

}  // namespace

Result<Log> read_container(const std::string& name, const Period& period, World& world) {
  const std::string what = fmt::format("the log of container {} cannot be read", printable(name, 60));
  TRY_ASSIGN(const Docker docker, docker_here(world));
  if (!is_name(name)) return fail(no_such_container(what, docker, world));
  TRY_ASSIGN(const HttpResponse about, get(docker, "/containers/" + name + "/json", world));
  if (about.status == 404) return fail(no_such_container(what, docker, world));
  const Json described = Json::parse(about.body, nullptr, false);
  const bool has_terminal =
      described.is_object() && described.value("/Config/Tty"_json_pointer, Json()) == Json(true);
  const std::string path = log_path(name, period);
  auto flow = std::make_unique<Flow>([docker, what, path, has_terminal, &world](const Flow::Give& give) {
    return run(docker, what, path, has_terminal, world, give);
  });
  TRY_ASSIGN(const bool any, flow->begins());
  if (!any) {
    return fail({.kind = period.from ? ErrorKind::withheld : ErrorKind::usage,
                 .what = what,
                 .why = period.from ? "it wrote nothing in this time" : "it is empty",
                 .hint = "docker ps   lists those that run"});
  }
  return Log{"container " + printable(name, 60), std::move(flow)};
}

Result<std::string> container_of_ollama(World& world) {
  TRY_ASSIGN(const Docker docker, docker_here(world));
  TRY_ASSIGN(const std::vector<Container> all, containers(docker, false, world));
  const auto found =
      std::find_if(all.begin(), all.end(), [](const Container& one) { return one.is_ollama(); });
  return found == all.end() ? "" : found->name;
}

}  // namespace ctxcap::sources
