// Containers, by the API of Docker, which Podman speaks too. Nothing but GET is asked.

#include <fmt/format.h>

#include <algorithm>

#include "base/docker_frames.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "data/container.hpp"
#include "ports/docker.hpp"
#include "sources/ollama_log/flow.hpp"
#include "sources/ollama_log/places.hpp"

namespace ctxcap::sources {
namespace {

using Json = nlohmann::json;

constexpr const char* kBySelf = "write it to a file: docker logs NAME > ollama.log 2>&1, and name that";

std::string text_in(const Json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return object.is_object() && found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

bool is_ollama(const DockerContainer& one) {
  return one.name == "ollama" || one.image.find("ollama/ollama") != one.image.npos;
}

bool looks_like_it(const DockerContainer& one) {
  return (one.name + " " + one.image).find("ollama") != one.name.npos;
}

// Those that run, or all.
Result<std::vector<DockerContainer>> containers(const Docker& docker, bool all, World& world) {
  TRY_ASSIGN(const HttpResponse answer,
             get(docker, all ? "/containers/json?all=1" : "/containers/json", world, kBySelf));
  const auto found = containers_of(answer.body);
  if (answer.status != 200 || !found) {
    return fail(no_docker(ErrorKind::unreachable, fmt::format("it answered {}", answer.status), kBySelf));
  }
  return *found;
}

std::string listed(const std::vector<DockerContainer>& containers, bool (*wanted)(const DockerContainer&)) {
  std::vector<std::string> names;
  for (const DockerContainer& one : containers) {
    if (wanted(one)) names.push_back("docker:" + printable(one.name, 60));
  }
  return join(names, ", ");
}

Error no_such_container(const std::string& what, const Docker& docker, World& world) {
  const std::vector<DockerContainer> all =
      containers(docker, true, world).value_or(std::vector<DockerContainer>());
  const std::string near = listed(all, looks_like_it);
  const std::string there = listed(all, [](const DockerContainer&) { return true; });
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
  DockerFrames frames;
  bool is_wanted = true;
  const auto take = [&](std::string_view bytes) {
    is_wanted = give(has_terminal ? bytes : frames.take(bytes));
    return is_wanted;
  };
  const Result<HttpResponse> answer = get(docker, path, world, kBySelf, take);
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
  TRY_ASSIGN(const Docker docker, docker_here(world, kBySelf));
  if (!is_name(name)) return fail(no_such_container(what, docker, world));
  TRY_ASSIGN(const HttpResponse about, get(docker, "/containers/" + name + "/json", world, kBySelf));
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
                 .why = period.from ? "it wrote nothing in this period" : "it is empty",
                 .hint = "docker ps   lists those that run"});
  }
  return Log{"container " + printable(name, 60), std::move(flow)};
}

Result<std::string> container_of_ollama(World& world) {
  TRY_ASSIGN(const Docker docker, docker_here(world, kBySelf));
  TRY_ASSIGN(const std::vector<DockerContainer> all, containers(docker, false, world));
  const auto found = std::find_if(all.begin(), all.end(), is_ollama);
  return found == all.end() ? "" : found->name;
}

}  // namespace ctxcap::sources
