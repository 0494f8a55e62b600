#include "sources/ollama_log/places.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace ctxcap::sources {
namespace {

tl::unexpected<Error> no_log(ErrorKind kind, std::string what, std::string why, std::string hint) {
  return fail({.kind = kind, .what = std::move(what), .why = std::move(why), .hint = std::move(hint)});
}

std::string first_line(const std::string& text) {
  return printable(text.substr(0, text.find('\n')), 160);
}

// journalctl says so in words, and ends with 0 or 1.
bool is_forbidden(const std::string& talk) {
  return talk.find("insufficient permissions") != talk.npos ||
         talk.find("not seeing messages") != talk.npos || talk.find("Permission denied") != talk.npos;
}

}  // namespace

bool is_log_word(std::string_view where) {
  return where == "journal" || where == "auto" || where.starts_with("docker:");
}

Result<LogText> read_journal(World& world) {
  const std::string what = "the journal of ollama cannot be read";
  if (!world.processes.find("journalctl")) {
    return no_log(ErrorKind::usage, what, "there is no journalctl on this host",
                  "name the file of its log: ctxcap analyze --ollama-log FILE");
  }
  TRY_ASSIGN(ProcessResult journal, world.processes.run({.argv = {"journalctl", "-o", "json", "-u", "ollama",
                                                                  "--no-pager", "--output-fields=MESSAGE"}}));
  if (!journal.out.empty()) return LogText{"journal of ollama", std::move(journal.out)};
  if (is_forbidden(journal.err)) {
    return no_log(
        ErrorKind::usage, what,
        "its entries are for members of the groups systemd-journal and adm, and this user is in neither",
        "sudo usermod -aG systemd-journal $USER, and log in anew");
  }
  if (journal.exit_code != 0) {
    return no_log(ErrorKind::usage, what, "journalctl: " + first_line(journal.err),
                  "look at: journalctl -u ollama");
  }
  return no_log(ErrorKind::usage, "the journal has no entry of ollama", "no unit of that name wrote one",
                "name the file of its log: ctxcap analyze --ollama-log FILE");
}

std::vector<std::string> usual_log_files(World& world) {
  std::vector<std::string> patterns = {"/var/log/ollama*.log", "/var/log/ollama/*.log"};
  if (const auto home = world.environment.get("HOME"); home && home->starts_with('/'))
    patterns.insert(patterns.begin(), *home + "/.ollama/logs/server*.log");
  for (const std::string& pattern : patterns) {
    auto files = world.files.glob(pattern);
    if (files && !files->empty()) return *std::move(files);
  }
  return {};
}

namespace {

// Both streams in the order of the times in front of their lines.
std::string by_time(const std::string& a, const std::string& b) {
  std::vector<std::string_view> first = split(a, '\n'), second = split(b, '\n');
  for (auto* lines : {&first, &second}) {
    if (!lines->empty() && lines->back().empty()) lines->pop_back();
  }
  std::vector<std::string_view> all;
  const auto earlier = [](std::string_view one, std::string_view other) {
    return one.substr(0, one.find(' ')) < other.substr(0, other.find(' '));
  };
  std::merge(first.begin(), first.end(), second.begin(), second.end(), std::back_inserter(all), earlier);
  std::string text;
  for (const std::string_view line : all) text.append(line) += '\n';
  return text;
}

}  // namespace

Result<LogText> read_container(const std::string& name, World& world) {
  const std::string what = fmt::format("the log of container {} cannot be read", printable(name, 60));
  if (!world.processes.find("docker")) {
    return no_log(ErrorKind::usage, what, "there is no docker on this host",
                  "name the file of its log: ctxcap analyze --ollama-log FILE");
  }
  TRY_ASSIGN(const ProcessResult log,
             world.processes.run({.argv = {"docker", "logs", "--timestamps", name}}));
  if (log.exit_code != 0) {
    return no_log(ErrorKind::unreachable, what, "docker: " + first_line(log.err),
                  "docker ps   lists those that run");
  }
  std::string text = by_time(log.out, log.err);
  if (text.empty()) return no_log(ErrorKind::usage, what, "it is empty", "docker ps   lists those that run");
  return LogText{"container " + printable(name, 60), std::move(text)};
}

std::string container_of_ollama(World& world) {
  if (!world.processes.find("docker")) return "";
  const auto list = world.processes.run(
      {.argv = {"docker", "ps", "--format", "{{.Names}} {{.Image}}"}, .timeout = std::chrono::seconds(20)});
  if (!list || list->exit_code != 0) return "";
  for (const std::string_view line : split(list->out, '\n')) {
    const std::string_view name = line.substr(0, line.find(' '));
    const std::string_view image = line.substr(std::min(line.size(), name.size() + 1));
    if (name == "ollama" || image.find("ollama/ollama") != image.npos) return std::string(name);
  }
  return "";
}

}  // namespace ctxcap::sources
