#include "sources/langfuse/pull.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "sources/containers/zstd_writer.hpp"
#include "sources/files/files.hpp"
#include "sources/langfuse/join.hpp"
#include "sources/langfuse/journal.hpp"
#include "sources/langfuse/rows.hpp"
#include "sources/langfuse/task.hpp"
#include "sources/langfuse/walk.hpp"
#include "sources/langfuse/watermark.hpp"

namespace ctxcap::sources::langfuse {
namespace {

constexpr std::size_t kPiece = 1 << 20;  // bytes written at once

// What the text of a state leaves out.
Status recall(const std::string& journal, std::size_t size, const Query& query, Files& files,
              PullState& state) {
  TRY_ASSIGN(const std::unique_ptr<MappedFile> file, files.map(journal));
  each_record(file->bytes().substr(0, size), [&](char kind, std::string_view content, std::size_t) {
    if (kind == 'b' && state.stage == PullStage::calls && state.api != Api::v1)
      state.borders.emplace_back(content);
    if (kind != 'c' || !query.ends_by_number()) return;
    if (const auto row = read_indexed(content)) state.ids.emplace(row->id);
  });
  return {};
}

struct Got {
  bool cut = false;     // by the limit
  std::string project;  // of the rows, and of those that were pulled before; empty: not told
  bool begun = false;   // a journal, which was none before
};

// Walks until the journal holds everything, or as much as the limit.
Status fill_journal(const Options& given, const std::string& path, Task& task, const PullPorts& ports,
                    const OnPullProgress& on_progress, PullSummary& told, Got& got) {
  Options options = given;
  if (options.query.ends_by_number()) options.concurrency = 1;  // one page after the other
  TRY_ASSIGN(const auto found, Journal::find(path, ports.files));
  PullState state{.project = got.project};
  std::optional<PullState> left = found ? read_state(found->state) : std::nullopt;
  const auto earlier = left ? read_header(found->header, options) : std::nullopt;
  if (left && !earlier) {
    return fail({.kind = ErrorKind::usage,
                 .what = "an unfinished pull is in the way",
                 .why = path + " was begun with another server or other filters",
                 .hint = "finish it with the same flags, or remove it"});
  }
  const bool lost_its_file = earlier && !earlier->fresh && task.fresh;
  if (lost_its_file) left.reset();
  if (left) {
    task = *earlier;
    state = std::move(*left);
    if (state.project.empty()) state.project = got.project;
    TRY(recall(path, found->size, options.query, ports.files, state));
    told.resumed = true;
  } else {
    const i64 limit = most_rows(Api::v2, Walk::calls, options.query);
    for (const Period& period : task.periods) {
      const i64 rows = options.query.ends_by_number() ? std::min(limit, options.query.limit) : limit;
      for (OpenWindow& window : windows_of(period, Walk::calls, rows))
        state.todo.push_back(std::move(window));
    }
  }
  TRY_ASSIGN(Journal journal,
             Journal::open(path, left ? found : std::nullopt, header_of(options, task), ports.files));
  got.begun = !left;
  Walker walker(options, ports, state, journal, task, on_progress);
  const Status walked = walker.run();
  got.cut = state.cut;
  got.project = state.project;
  told.requests = walker.requests();
  told.pages = walker.pages();
  told.retries = walker.retries();
  told.notes = walker.notes();
  told.api = state.api == Api::v1 ? "v1" : "v2";
  told.from = {task.whole.from * 1000};
  told.to = {task.whole.to * 1000};
  return walked;
}

Join::OldRows rows_of(const std::string& path, Files& files) {
  return [path, &files](const Join::Take& take) -> Status {
    TRY_ASSIGN(Source source, open_source(path, files));
    LineReader lines(std::move(source));
    for (;;) {
      TRY_ASSIGN(const auto line, lines.next());
      if (!line) return {};
      if (!line->empty()) TRY(take(*line));
    }
  };
}

Result<Join::Told> write_result(const std::string& journal, const std::string& path, bool exists,
                                const Query& query, Files& files) {
  TRY_ASSIGN(const std::unique_ptr<MappedFile> bytes, files.map(journal));
  Join join(*bytes, query);
  TRY_ASSIGN(std::unique_ptr<Replacement> file, files.replace(path));
  if (path.ends_with(".zst")) file = zstd_compressed(std::move(file));
  std::string lines;
  TRY_ASSIGN(const Join::Told told, join.write(exists ? rows_of(path, files) : Join::OldRows(), lines,
                                               [&](std::string& written) -> Status {
                                                 if (written.size() < kPiece) return {};
                                                 TRY(file->write(written));
                                                 written.clear();
                                                 return {};
                                               }));
  TRY(file->write(lines));
  TRY(file->commit());
  return told;
}

// The rows of a journal, joined as they are read.
class Stream final : public ByteReader {
 public:
  Stream(std::unique_ptr<Files::PrivateDirectory> directory, std::unique_ptr<MappedFile> journal, Query query)
      : directory_(std::move(directory)),
        journal_(std::move(journal)),
        query_(std::move(query)),
        join_(*journal_, query_) {
    join_.arrange();
  }

  Result<std::size_t> read(char* buffer, std::size_t size) override {
    if (at_ == line_.size()) {
      line_.clear();
      at_ = 0;
      join_.next(line_);
    }
    const std::size_t got = std::min(size, line_.size() - at_);
    std::memcpy(buffer, line_.data() + at_, got);
    at_ += got;
    return got;
  }

 private:
  std::unique_ptr<Files::PrivateDirectory> directory_;
  std::unique_ptr<MappedFile> journal_;
  Query query_;
  Join join_;
  std::string line_;
  std::size_t at_ = 0;
};

// Another pull may be at work: its journal goes when the watermark is there, so they are looked for in this
// order.
Status check_ours(const std::string& path, Files& files) {
  for (const char* beside : {"", ".part", ".watermark"}) {
    const bool is_there = files.kind(path + beside) != PathKind::missing;
    if (is_there == (*beside != '\0')) return {};
  }
  return fail({.kind = ErrorKind::usage,
               .what = "will not write over " + path,
               .why = "it was not made by ctxcap pull: there is no " + path + ".watermark",
               .hint = "pull into another file with -o"});
}

// Watermarks once left it out; the rows never did.
Result<std::string> project_of(const std::string& path, const Watermark& before, Files& files) {
  if (!before.project.empty()) return before.project;
  TRY_ASSIGN(Source source, open_source(path, files));
  LineReader lines(std::move(source));
  TRY_ASSIGN(const auto line, lines.next());
  const auto row = line ? Reader().row(*line) : std::nullopt;
  return row ? std::string(row->project) : std::string();
}

}  // namespace

Result<PullSummary> pull(const Options& options, const std::string& path, const PullPorts& ports,
                         const OnPullProgress& on_progress) {
  Files& files = ports.files;
  const std::string journal = path + ".part", mark = path + ".watermark";
  TRY(check_ours(path, files));  // before a lock is left beside somebody else's file
  TRY_ASSIGN(const auto lock, files.lock(path + ".lock"));
  TRY_ASSIGN(std::optional<Watermark> before, read_watermark(mark, files));
  const bool exists = files.kind(path) != PathKind::missing;
  if (!exists) before.reset();
  if (before && before->pulled != signature(options)) {
    return fail({.kind = ErrorKind::usage,
                 .what = "cannot add to " + path,
                 .why = "it was pulled from another server or with other filters; see " + mark,
                 .hint = "pull into another file with -o"});
  }
  // After a crash the file may be a step ahead of its watermark; then the journal is still there.
  const bool begun = files.kind(journal) != PathKind::missing;
  if (before && !begun) TRY(check_untouched(path, *before, files));
  TRY_ASSIGN(Task task, task_of(options.query, before, ports.clock));
  PullSummary told;
  Got got;
  if (before) {
    TRY_ASSIGN(got.project, project_of(path, *before, files));
  }
  if (Status filled = fill_journal(options, journal, task, ports, on_progress, told, got); !filled) {
    const ErrorKind kind = filled.error().kind;
    const bool got_nothing = told.pages == 0 || kind == ErrorKind::usage;  // from a wrong address or project
    if ((got.begun && got_nothing) || kind == ErrorKind::withheld) TRY(files.remove(journal));
    return fail(std::move(filled).error());
  }
  TRY_ASSIGN(const Join::Told rows, write_result(journal, path, exists, options.query, files));
  told.rows = rows.rows;
  told.fresh = rows.fresh;
  told.other_jobs.assign(rows.other_jobs.begin(), rows.other_jobs.end());
  const bool limited = rows.limited || got.cut;
  if (limited) told.from = {rows.oldest};
  const Period covered = covered_by(task.whole, limited, before);
  TRY(write_watermark(path, options, covered, got.project, told, files));
  TRY(files.remove(journal));
  return told;
}

Result<ReadRows> read_rows(const Options& options, const PullPorts& ports,
                           const OnPullProgress& on_progress) {
  TRY_ASSIGN(auto directory, ports.files.make_private_directory());
  const std::string journal = directory->path() + "/langfuse";
  TRY_ASSIGN(Task task, task_of(options.query, std::nullopt, ports.clock));
  PullSummary told;
  Got got;
  TRY(fill_journal(options, journal, task, ports, on_progress, told, got));
  TRY_ASSIGN(std::unique_ptr<MappedFile> bytes, ports.files.map(journal));
  return ReadRows{std::make_unique<Stream>(std::move(directory), std::move(bytes), options.query),
                  std::move(told.notes)};
}

}  // namespace ctxcap::sources::langfuse
