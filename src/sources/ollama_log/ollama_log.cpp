#include "sources/ollama_log/ollama_log.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "ports/world.hpp"
#include "sources/files/files.hpp"
#include "sources/ollama_log/places.hpp"

namespace ctxcap::sources {
namespace {

class TextReader final : public ByteReader {
 public:
  explicit TextReader(std::string_view text) : rest_(text) {}
  Result<std::size_t> read(char* buffer, std::size_t size) override {
    size = std::min(size, rest_.size());
    std::copy_n(rest_.data(), size, buffer);
    rest_.remove_prefix(size);
    return size;
  }

 private:
  std::string_view rest_;
};

Status give(const LogText& log, Sink& sink) {
  TextReader reader(log.text);
  const auto size = static_cast<Bytes>(log.text.size());
  return sink.rows({.name = log.name, .stream = &reader, .expected = [size](Bytes) -> std::optional<Bytes> {
                      return size;
                    }});
}

// Of files the same holds as of any others: patterns, folders, compression.
SourceSettings as_files(std::vector<std::string> paths) {
  return {.kind = &kFiles.row, .where = std::move(paths)};
}

Status give_files(std::vector<std::string> paths, World& world, Sink& sink) {
  return kFiles.read(as_files(std::move(paths)), world, sink);
}

Error nothing_found(const Error& journal) {
  const bool may_not = journal.hint.starts_with("sudo");
  return {.kind = ErrorKind::usage,
          .what = "there is no log of Ollama to read, and no other source is named",
          .why = journal.what + (may_not ? ", " + journal.why : "") +
                 "; there is no ~/.ollama/logs/server.log, none in /var/log, and no container",
          .hint = may_not ? journal.hint
                          : "get one: journalctl -u ollama > server.log; ctxcap help logs says how else; "
                            "or name traces: ctxcap analyze --traces FILE"};
}

// The first that there is, of those that Ollama may write to.
Status read_any(World& world, Sink& sink) {
  const Result<LogText> journal = read_journal(world);
  if (journal) {
    sink.note("read the journal of ollama");
    return give(*journal, sink);
  }
  if (const std::vector<std::string> files = usual_log_files(world); !files.empty()) {
    sink.note("read " + printable(join(files, ", "), 160));
    return give_files(files, world, sink);
  }
  const std::string container = container_of_ollama(world);
  if (container.empty()) return fail(nothing_found(journal.error()));
  TRY_ASSIGN(const LogText log, read_container(container, world));
  sink.note("read the log of " + log.name);
  return give(log, sink);
}

Status read_log(const SourceSettings& source, World& world, Sink& sink) {
  if (source.where.empty()) return read_any(world, sink);
  std::vector<std::string> files;
  for (const std::string& where : source.where) {
    if (where == "auto") {
      TRY(read_any(world, sink));
    } else if (where == "journal") {
      TRY_ASSIGN(const LogText log, read_journal(world));
      TRY(give(log, sink));
    } else if (is_log_word(where)) {
      TRY_ASSIGN(const LogText log, read_container(where.substr(where.find(':') + 1), world));
      TRY(give(log, sink));
    } else {
      files.push_back(where);
    }
  }
  return files.empty() ? Status() : give_files(files, world, sink);
}

std::vector<std::string> paths_of(const SourceSettings& source) {
  std::vector<std::string> paths;
  std::copy_if(source.where.begin(), source.where.end(), std::back_inserter(paths),
               [](const std::string& where) { return !is_log_word(where); });
  return paths;
}

Result<std::vector<std::string>> log_files(const SourceSettings& source, World& world) {
  std::vector<std::string> paths = paths_of(source);
  if (paths.empty()) return paths;
  return kFiles.files(as_files(std::move(paths)), world);
}

std::vector<Error> missing_logs(const SourceSettings& source, World& world) {
  return kFiles.doubts(as_files(paths_of(source)), world);
}

}  // namespace

constinit const Kind kOllamaLog{
    .row = {.word = "ollama_log",
            .flag = "--ollama-log",
            .value = "WHERE",
            .example = "\"journal\"",
            .help =
                "Ollama's own log, which counts every request from 0.30 on: journal, files, docker:NAME, or "
                "auto, the first of them that there is",
            .where = SourceKind::Where::paths,
            .is_word = is_log_word},
    .read = read_log,
    .files = log_files,
    .doubts = missing_logs};

}  // namespace ctxcap::sources
