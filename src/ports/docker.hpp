#pragma once
// Containers, by the API of Docker, which Podman speaks too. Nothing but GET is asked. Built on the ports.

#include <string>
#include <utility>

#include "base/text.hpp"
#include "ports/world.hpp"

namespace ctxcap {

struct Docker {
  std::string socket;  // "": `url` alone
  std::string url;
};

inline Error no_docker(ErrorKind kind, std::string why, std::string hint) {
  return {.kind = kind, .what = "Docker cannot be asked", .why = std::move(why), .hint = std::move(hint)};
}

// DOCKER_HOST, else the first socket that is there: the machine's, this user's, Podman's. `otherwise`: a hint
// for who can do without.
inline Result<Docker> docker_here(World& world, const std::string& otherwise) {
  const auto variable = [&](const char* name) { return world.environment.get(name).value_or(""); };
  const std::string named = variable("DOCKER_HOST");
  if (named.starts_with("unix://")) {
    const std::string path = named.substr(7);
    if (world.files.kind(path) != PathKind::missing) return Docker{path, "http://docker"};
    return fail(no_docker(ErrorKind::usage,
                          "there is no socket " + printable(path, 160) + ", which DOCKER_HOST names",
                          otherwise));
  }
  if (named.starts_with("tcp://")) return Docker{"", "http://" + named.substr(6)};
  if (!named.empty()) {
    return fail(no_docker(
        ErrorKind::usage,
        "DOCKER_HOST is " + printable(named, 60) + ", and only unix:// and tcp:// are spoken", otherwise));
  }
  const std::string run = variable("XDG_RUNTIME_DIR"), home = variable("HOME");
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

// One question. `on_body`: takes the answer piece by piece, however long it takes to come.
inline Result<HttpResponse> get(const Docker& docker, const std::string& path, World& world,
                                const std::string& otherwise,
                                std::function<bool(std::string_view)> on_body = {}) {
  HttpRequest request{.url = docker.url + path, .socket = docker.socket, .on_body = std::move(on_body)};
  request.timeout = request.on_body ? std::chrono::milliseconds(0) : std::chrono::seconds(20);
  Result<HttpResponse> answer = world.http.send(request);
  if (answer) return answer;
  if (answer.error().why.find("Permission denied") != std::string::npos) {
    return fail(
        no_docker(ErrorKind::usage,
                  printable(docker.socket) + " is for members of the group docker, and this user is not",
                  "sudo usermod -aG docker $USER, and log in again"));
  }
  return fail(no_docker(ErrorKind::unreachable, answer.error().why,
                        "look at: systemctl status docker; or " + otherwise));
}

}  // namespace ctxcap
