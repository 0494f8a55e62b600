#include "sources/ollama_log/ollama_log.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "ports/world.hpp"
#include "sources/check.hpp"
#include "sources/files/files.hpp"
#include "sources/ollama_log/places.hpp"
#include "sources/ollama_log/rotations.hpp"

namespace ctxcap::sources {
namespace {

// Hands on what it is given, as parts of one log of which a period counts.
class LogSink final : public Sink {
 public:
  LogSink(Sink& sink, const Period& period) : sink_(sink), period_(period) {}

  // What follows is of another log.
  void begin_log(bool is_log) {
    is_log_ = is_log;
    goes_on_ = false;
  }
  Status rows(const Rows& rows) override {
    Rows part = rows;
    part.is_log = is_log_;
    part.goes_on = std::exchange(goes_on_, true);
    part.from = period_.from;
    part.to = period_.to;
    return sink_.rows(part);
  }
  void progress(const std::string& name, const Progress& progress) override {
    sink_.progress(name, progress);
  }
  void note(const std::string& sentence) override { sink_.note(sentence); }
  void begin(const Window& window) override { sink_.begin(window); }
  Status take(std::string_view bytes) override { return sink_.take(bytes); }
  Status commit() override { return sink_.commit(); }

 private:
  Sink& sink_;
  const Period& period_;
  bool is_log_ = false, goes_on_ = false;
};

Status give(const Result<Log>& log, LogSink& sink) {
  if (!log) return fail(log.error());
  sink.begin_log(true);
  return sink.rows({.name = log->name, .stream = log->text.get()});
}

// Of files the same holds as of any others: patterns, folders, compression.
SourceSettings as_files(std::vector<std::string> paths) {
  return {.kind = &kFiles.row, .where = std::move(paths)};
}

// A period may have begun before a file was: then its older parts, which nobody named.
void add_older_parts(std::vector<std::string>& files, World& world, Sink& sink) {
  const std::vector<std::string> named = files;
  for (const std::string& file : named) {
    for (const char* rest : {".*", "-*"}) {
      for (const std::string& other : world.files.glob(file + rest).value_or(std::vector<std::string>())) {
        if (!is_older_part(other, file) || std::find(files.begin(), files.end(), other) != files.end())
          continue;
        files.push_back(other);
        sink.note("read also " + printable(other, 160) + ", an older part of the same log");
      }
    }
  }
}

// Whoever rotates by copying (logrotate's copytruncate) cuts the log when the copy is there: until then the
// same lines are in both.
void drop_copies(std::vector<std::string>& parts, World& world) {
  for (std::size_t i = 0; i + 1 < parts.size();) {
    const auto older = world.files.map(parts[i]), newer = world.files.map(parts[i + 1]);
    const bool is_copy =
        older && newer && !(*older)->bytes().empty() && (*newer)->bytes().starts_with((*older)->bytes());
    if (is_copy)
      parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(i));
    else
      ++i;
  }
}

Status give_files(const std::vector<std::string>& paths, const Period& period, World& world, LogSink& sink,
                  bool are_logs = false) {
  TRY_ASSIGN(std::vector<std::string> files, kFiles.files(as_files(paths), world));
  if (period.from) add_older_parts(files, world, sink);
  for (std::vector<std::string>& log : logs_of(files)) {
    drop_copies(log, world);
    // A part alone may hold nothing that tells what it is.
    sink.begin_log(are_logs || log.size() > 1);
    for (const std::string& part : log) TRY(kFiles.read(as_files({part}), world, sink));
  }
  return {};
}

Error nothing_found(World& world) {
  const Status journal = look_for_journal(world);
  const Result<std::string> container = container_of_ollama(world);
  std::string why = (journal ? "the journal is empty" : journal.error().what), hint;
  if (!journal && journal.error().hint.starts_with("sudo")) {
    why += ", " + journal.error().why;
    hint = journal.error().hint;
  }
  why += "; there is no ~/.ollama/logs/server.log, none in /var/log, and no container";
  if (!container && container.error().hint.starts_with("sudo")) {
    why += " that may be seen: " + container.error().why;
    if (hint.empty()) hint = container.error().hint;
  }
  if (hint.empty())
    hint =
        "get one: journalctl -u ollama > server.log; ctxcap help logs says how else; or name traces: ctxcap "
        "analyze --traces FILE";
  return {.kind = ErrorKind::usage,
          .what = "there is no log of Ollama to read, and no other source is named",
          .why = std::move(why),
          .hint = std::move(hint)};
}

Status read_place(const std::string& where, const Period& period, World& world, LogSink& sink) {
  if (where == "journal") return give(read_journal(period, world), sink);
  if (is_log_word(where)) return give(read_container(where.substr(where.find(':') + 1), period, world), sink);
  return give_files({where}, period, world, sink, true);
}

// The best that there is. The others may be of another server, or of the same: they are only told of.
Status read_any(const Period& period, World& world, LogSink& sink) {
  const std::vector<LogPlace> places = places_of_ollama(world);
  if (places.empty()) return fail(nothing_found(world));
  std::vector<std::string> others;
  for (std::size_t i = 1; i < places.size(); ++i) others.push_back(printable(places[i].word, 160));
  sink.note(
      "read " + places.front().said +
      (others.empty() ? "" : "; there is also " + join(others, " and ") + ", which --ollama-log names"));
  return read_place(places.front().word, period, world, sink);
}

Status read_log(const SourceSettings& source, World& world, Sink& into) {
  const Instant now = world.clock.now();
  Period period;
  TRY_ASSIGN(period.from, moment(source.from, "--from", now));
  TRY_ASSIGN(period.to, moment(source.to, "--to", now));
  LogSink sink(into, period);
  if (source.where.empty()) return read_any(period, world, sink);
  std::vector<std::string> files;
  for (const std::string& where : source.where) {
    if (where == "auto") {
      TRY(read_any(period, world, sink));
    } else if (is_log_word(where)) {
      TRY(read_place(where, period, world, sink));
    } else {
      files.push_back(where);
    }
  }
  return files.empty() ? Status() : give_files(files, period, world, sink);
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

std::optional<OwnLog> find_log(World& world) {
  const std::vector<LogPlace> places = places_of_ollama(world);
  if (places.empty()) return std::nullopt;
  return OwnLog{places.front().word, places.front().said};
}

constexpr std::array<std::string_view, 2> kTakes = {"from", "to"};

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
            .takes = kTakes,
            .is_word = is_log_word},
    .read = read_log,
    .files = log_files,
    .doubts = missing_logs,
    .find = find_log};

}  // namespace ctxcap::sources
