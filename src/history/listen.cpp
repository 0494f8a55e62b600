#include "history/listen.hpp"

#include <algorithm>

#include "base/docker_frames.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "data/container.hpp"
#include "history/history.hpp"
#include "history/oom_log.hpp"
#include "ports/docker.hpp"
#include "tenants/tenants.hpp"

namespace ctxcap::history {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostContainers = 64;
constexpr i64 kSecond = 1'000'000;  // microseconds
// What is searched for; every line that tells of too little memory has one of these.
constexpr const char* kWords = "memory";

std::string text_of(const Json& entry, const char* key) {
  const auto found = entry.find(key);
  if (found == entry.end()) return "";
  if (found->is_string()) return found->get<std::string>();
  std::string text;  // with colours it is an array of bytes
  for (const Json& byte : *found) {
    if (byte.is_number_unsigned()) text += static_cast<char>(byte.get<unsigned>());
  }
  return text;
}

std::string unit_of(const Json& entry) {
  for (const char* key : {"_SYSTEMD_USER_UNIT", "_SYSTEMD_UNIT"}) {
    std::string unit = text_of(entry, key);
    if (!unit.ends_with(".service") || unit.starts_with("user@") || unit.starts_with("session-")) continue;
    unit.resize(unit.size() - std::string_view(".service").size());
    return printable(unit, 60);
  }
  return printable(text_of(entry, "SYSLOG_IDENTIFIER"), 60);
}

void add(std::string_view text, Instant at, const std::string& tenant, std::vector<CardOom>& ooms) {
  for (const std::string_view line : split(text, '\n')) {
    const OomText told = tenants::read_oom(line);
    if (told.kind == OomKind::oom) ooms.push_back(oom_of(told, at, tenant));
  }
}

void hear_journal(Instant since, bool containers, World& world, Heard& into) {
  if (!world.processes.find("journalctl")) return;
  const Result<ProcessResult> done = world.processes.run(
      {.argv = {"journalctl", "-o", "json", "--no-pager", "--grep", kWords,
                "--output-fields=MESSAGE,CONTAINER_NAME,SYSLOG_IDENTIFIER,_SYSTEMD_UNIT,_SYSTEMD_USER_UNIT",
                fmt::format("--since=@{}", since.micros / kSecond)},
       .timeout = std::chrono::seconds(20)});
  if (!done || done->exit_code > 1) return;  // 1: it found nothing
  into.any = true;
  for (CardOom& oom : ooms_of_journal(done->out, containers)) into.ooms.push_back(std::move(oom));
}

// Whether Docker could be asked.
bool hear_containers(Instant since, World& world, Heard& into) {
  const Result<Docker> docker = docker_here(world, "");
  const auto list = docker ? get(*docker, "/containers/json", world, "") : fail(docker.error());
  if (!list || list->status != 200) return false;
  std::vector<DockerContainer> all = containers_of(list->body).value_or(std::vector<DockerContainer>{});
  all.resize(std::min(all.size(), kMostContainers));
  for (const DockerContainer& one : all) {
    const auto log = get(*docker,
                         fmt::format("/containers/{}/logs?stdout=1&stderr=1&timestamps=1&since={}",
                                     one.id.empty() ? one.name : one.id, since.micros / kSecond),
                         world, "");
    if (!log || log->status != 200) continue;
    for (CardOom& oom : ooms_of_container(log->body, printable(one.called(), 60)))
      into.ooms.push_back(std::move(oom));
  }
  into.any = true;
  return true;
}

}  // namespace

std::vector<CardOom> ooms_of_journal(std::string_view lines, bool containers) {
  std::vector<CardOom> ooms;
  for (const std::string_view line : split(lines, '\n')) {
    const Json entry = Json::parse(line, nullptr, false);
    if (!entry.is_object()) continue;
    const std::string container = text_of(entry, "CONTAINER_NAME");
    if (!container.empty() && !containers) continue;
    const auto at = parse_integer(text_of(entry, "__REALTIME_TIMESTAMP"));
    if (at)
      add(text_of(entry, "MESSAGE"), {*at}, container.empty() ? unit_of(entry) : printable(container, 60),
          ooms);
  }
  return ooms;
}

std::vector<CardOom> ooms_of_container(std::string_view log, const std::string& tenant) {
  std::vector<CardOom> ooms;
  std::string whole;
  constexpr std::string_view kZeros("\0\0\0", 3);
  if (log.size() > 8 && log[0] >= 0 && log[0] <= 2 && log.substr(1, 3) == kZeros) {
    DockerFrames frames;
    whole = frames.take(log);
    whole += frames.finish();
    log = whole;
  }
  for (const std::string_view line : split(log, '\n')) {
    const auto at = parse_time(line.substr(0, line.find(' ')));
    if (at) add(line, *at, tenant, ooms);
  }
  return ooms;
}

Heard hear(Instant since, World& world) {
  Heard heard;
  const bool docker = hear_containers(since, world, heard);
  hear_journal(since, !docker, world, heard);
  heard.ooms = told_once(std::move(heard.ooms));
  return heard;
}

}  // namespace ctxcap::history
