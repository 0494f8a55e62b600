#include "sources/langfuse.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>

#include "sources/langfuse_join.hpp"
#include "sources/langfuse_journal.hpp"
#include "sources/langfuse_rows.hpp"
#include "sources/langfuse_walk.hpp"
#include "sources/line_reader.hpp"
#include "sources/zstd_writer.hpp"

namespace ctxcap::sources {
namespace {

using nlohmann::json;

constexpr i64 kHour = 3'600'000;     // ms
constexpr i64 kSettled = kHour / 2;  // rows that are older have arrived, but for stragglers
constexpr i64 kAgain = 24 * kHour;   // is read once more by the next run, for the stragglers
constexpr i64 kDefaultPeriod = 30 * 24 * kHour;

// What must be the same for two pulls to belong together.
json signature(const LangfuseOptions& options) {
  const LangfuseQuery& query = options.query;
  return {{"server", options.server.url},       {"jobs", query.jobs}, {"models", query.models},
          {"environments", query.environments}, {"tags", query.tags}, {"lengths", query.lengths}};
}

struct Watermark {
  json pulled;  // signature
  Period period;
  std::optional<i64> bytes;  // of the file; nullopt: written before this was
};

Result<std::optional<Watermark>> read_watermark(const std::string& path, Files& files) {
  if (files.kind(path) == PathKind::missing) return std::nullopt;
  TRY_ASSIGN(const std::string text, files.read_all(path));
  const json parsed = json::parse(text, nullptr, false);
  const auto time = [&](const char* key) {
    return parsed.is_object() && parsed.value(key, json()).is_string()
               ? parse_time(parsed[key].get<std::string>())
               : std::nullopt;
  };
  if (!time("from") || !time("to") || !parsed.contains("pulled")) {
    return fail({.kind = ErrorKind::usage,
                 .what = "cannot go on with an earlier pull",
                 .why = path + " is no watermark of ctxcap",
                 .hint = "remove it, and pull into another file"});
  }
  Watermark mark{parsed["pulled"], {time("from")->micros / 1000, time("to")->micros / 1000}};
  if (parsed.contains("bytes") && parsed["bytes"].is_number_integer())
    mark.bytes = parsed["bytes"].get<i64>();
  return mark;
}

Result<i64> size_of(const std::string& path, Files& files) {
  TRY_ASSIGN(const std::unique_ptr<MappedFile> file, files.map(path));
  return static_cast<i64>(file->bytes().size());
}

// What is not there any more would never be asked for again.
Status check_untouched(const std::string& path, const Watermark& before, Files& files) {
  if (!before.bytes) return {};
  TRY_ASSIGN(const i64 bytes, size_of(path, files));
  if (bytes == *before.bytes) return {};
  return fail({.kind = ErrorKind::usage,
               .what = "cannot add to " + path,
               .why = fmt::format("it has {} bytes, and the last pull left {}: something else wrote to it",
                                  bytes, *before.bytes),
               .hint = "move it away; then everything is pulled anew"});
}

std::string watermark_text(const json& pulled, Period period, i64 bytes, const PullSummary& told) {
  return json{{"schema", "ctxcap.pull/1"},
              {"pulled", pulled},
              {"api", told.api},
              {"from", rfc3339({period.from * 1000})},
              {"to", rfc3339({period.to * 1000})},
              {"rows", told.rows},
              {"bytes", bytes}}
             .dump(2) +
         "\n";
}

// What is asked for, and what was said of it in the journal.
struct Task {
  std::vector<Period> periods;
  Period whole;
  bool fresh = true;
};

Result<Task> task_of(const LangfuseQuery& query, const std::optional<Watermark>& before, Clock& clock) {
  const i64 now = clock.now().micros / 1'000'000 * 1000;
  Task task{.fresh = !before};
  Period asked{.from = now - kDefaultPeriod, .to = now - kSettled};
  if (before) asked.from = before->period.from;
  if (query.from) asked.from = query.from->micros / 1000;
  if (query.to) asked.to = std::min(asked.to, query.to->micros / 1000);
  if (asked.from >= asked.to) {
    return fail({.kind = ErrorKind::usage,
                 .what = "the period is empty",
                 .why = "it would begin at " + rfc3339({asked.from * 1000}) + " and end at " +
                        rfc3339({asked.to * 1000}) + "; nothing of the last 30 minutes is read",
                 .hint = "give an earlier --from, as in --from 7d"});
  }
  if (before) {
    // Up to what there is, even where less was asked for: a watermark tells of one period without gaps.
    if (asked.from < before->period.from) task.periods.push_back({asked.from, before->period.from});
    const i64 again = std::max(before->period.from, std::min(before->period.to, asked.to) - kAgain);
    if (again < asked.to) task.periods.push_back({again, asked.to});
  } else {
    task.periods.push_back(asked);
  }
  task.whole = {task.periods.front().from, task.periods.back().to};
  return task;
}

// One period without gaps that the file holds all of. `oldest` (µs): nothing before it was taken. What then
// does not reach the earlier pull is in the file, but will be asked for again.
Period covered_by(Period pulled, std::optional<i64> oldest, const std::optional<Watermark>& before) {
  if (oldest) pulled.from = *oldest / 1000 + 1;
  if (!before) return pulled;
  if (pulled.from > before->period.to) return before->period;
  return {std::min(pulled.from, before->period.from), std::max(pulled.to, before->period.to)};
}

std::string header_of(const LangfuseOptions& options, const Task& task) {
  json periods = json::array();
  for (const Period& period : task.periods) periods.push_back({period.from, period.to});
  return json{{"pulled", signature(options)},
              {"limit", options.query.limit},
              {"periods", periods},
              {"fresh", task.fresh}}
      .dump();
}

std::optional<Task> read_header(std::string_view text, const LangfuseOptions& options) {
  const json header = json::parse(text, nullptr, false);
  if (!header.is_object() || header.value("pulled", json()) != signature(options) ||
      header.value("limit", json()) != json(options.query.limit) ||
      !header.value("periods", json()).is_array()) {
    return std::nullopt;
  }
  Task task{.fresh = header.value("fresh", true)};
  for (const json& period : header["periods"]) task.periods.push_back({period.at(0), period.at(1)});
  if (task.periods.empty()) return std::nullopt;
  task.whole = {task.periods.front().from, task.periods.back().to};
  return task;
}

std::set<std::string, std::less<>> ids_in(const std::string& journal, std::size_t size, Files& files) {
  std::set<std::string, std::less<>> ids;
  const auto bytes = files.map(journal);
  if (!bytes) return ids;
  each_journal_line((*bytes)->bytes().substr(0, size), [&](char kind, std::string_view text, std::size_t) {
    const auto row = kind == 'c' ? read_langfuse_row(text) : std::nullopt;
    if (row) ids.emplace(row->id);
  });
  return ids;
}

// Walks until the journal holds everything, or as much as the limit; that it is cut is then said in `cut`.
Status fill_journal(const LangfuseOptions& given, const std::string& path, Task& task, const PullPorts& ports,
                    const OnPullProgress& on_progress, PullSummary& told, bool& cut) {
  LangfuseOptions options = given;
  if (options.query.limit > 0) options.concurrency = 1;  // the newest first, one page after the other
  TRY_ASSIGN(const auto found, Journal::find(path, ports.files));
  PullState state;
  std::optional<PullState> left = found ? read_state(found->state) : std::nullopt;
  if (left) {
    const auto earlier = read_header(found->header, options);
    if (!earlier) {
      return fail({.kind = ErrorKind::usage,
                   .what = "an unfinished pull is in the way",
                   .why = path + " was begun with another server or other filters",
                   .hint = "finish it with the same flags, or remove it"});
    }
    task = *earlier;
    state = std::move(*left);
    told.resumed = true;
  } else {
    const i64 limit = most_rows(LangfuseApi::v2, LangfuseWalk::calls, options.query);
    for (const Period& period : task.periods) {
      const i64 rows = options.query.limit > 0 ? std::min(limit, options.query.limit) : limit;
      for (OpenWindow& window : windows_of(period, LangfuseWalk::calls, rows))
        state.todo.push_back(std::move(window));
    }
  }
  TRY_ASSIGN(Journal journal,
             Journal::open(path, left ? found : std::nullopt, header_of(options, task), ports.files));
  const bool counts = left && options.query.limit > 0;
  LangfuseWalker walker(
      options, ports, state, journal, task.whole, task.fresh,
      counts ? ids_in(path, found->size, ports.files) : std::set<std::string, std::less<>>(), on_progress);
  const Status walked = walker.run();
  cut = state.cut;
  told.requests = walker.requests();
  told.pages = walker.pages();
  told.retries = walker.retries();
  told.api = state.api == LangfuseApi::v1 ? "v1" : "v2";
  told.from = {task.whole.from * 1000};
  told.to = {task.whole.to * 1000};
  return walked;
}

LangfuseJoin::OldRows rows_of(const std::string& path, Files& files) {
  return [path, &files](const LangfuseJoin::Take& take) -> Status {
    TRY_ASSIGN(Source source, open_source(path, files));
    LineReader lines(std::move(source));
    for (;;) {
      TRY_ASSIGN(const auto line, lines.next());
      if (!line) return {};
      if (!line->empty()) TRY(take(*line));
    }
  };
}

Result<LangfuseJoin::Told> write_result(const std::string& journal, const std::string& path, bool exists,
                                        const LangfuseQuery& query, Files& files) {
  TRY_ASSIGN(const std::unique_ptr<MappedFile> bytes, files.map(journal));
  LangfuseJoin join(*bytes, query);
  TRY_ASSIGN(std::unique_ptr<Replacement> file, files.replace(path));
  if (path.ends_with(".zst")) file = zstd_compressed(std::move(file));
  std::string waiting;
  const auto put = [&](std::size_t keep) -> Status {
    if (waiting.size() < keep) return {};
    TRY(file->write(waiting));
    waiting.clear();
    return {};
  };
  TRY_ASSIGN(const LangfuseJoin::Told told,
             join.write(exists ? rows_of(path, files) : LangfuseJoin::OldRows(),
                        [&](std::string_view line) -> Status {
                          waiting.append(line).append("\n");
                          return put(1 << 20);
                        }));
  TRY(put(1));
  TRY(file->commit());
  return told;
}

// The rows of a journal, joined as they are read.
class LangfuseStream final : public ByteReader {
 public:
  LangfuseStream(std::unique_ptr<Files::PrivateDirectory> directory, std::unique_ptr<MappedFile> journal,
                 LangfuseQuery query)
      : directory_(std::move(directory)),
        journal_(std::move(journal)),
        query_(std::move(query)),
        join_(*journal_, query_) {
    join_.arrange();
  }

  Result<std::size_t> read(char* buffer, std::size_t size) override {
    if (at_ == line_.size()) {
      std::optional<std::string> row = join_.next();
      if (!row) return std::size_t{0};
      line_ = std::move(*row) + "\n";
      at_ = 0;
    }
    const std::size_t got = std::min(size, line_.size() - at_);
    std::memcpy(buffer, line_.data() + at_, got);
    at_ += got;
    return got;
  }

 private:
  std::unique_ptr<Files::PrivateDirectory> directory_;
  std::unique_ptr<MappedFile> journal_;
  LangfuseQuery query_;
  LangfuseJoin join_;
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

}  // namespace

Result<PullSummary> pull_langfuse(const LangfuseOptions& options, const std::string& path,
                                  const PullPorts& ports, const OnPullProgress& on_progress) {
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
  bool cut = false;
  if (Status filled = fill_journal(options, journal, task, ports, on_progress, told, cut); !filled) {
    const bool got_nothing = told.pages == 0 && !told.resumed;  // from a wrong address, say
    if (got_nothing || filled.error().kind == ErrorKind::withheld) TRY(files.remove(journal));
    return fail(std::move(filled).error());
  }
  TRY_ASSIGN(const LangfuseJoin::Told rows, write_result(journal, path, exists, options.query, files));
  told.rows = rows.rows;
  told.fresh = rows.fresh;
  told.other_jobs.assign(rows.other_jobs.begin(), rows.other_jobs.end());
  const bool limited = rows.limited || cut;
  if (limited) told.from = {rows.oldest};
  const Period covered = covered_by(task.whole, limited ? std::optional(rows.oldest) : std::nullopt, before);
  TRY_ASSIGN(const i64 bytes, size_of(path, files));
  TRY(files.write_atomic(mark, watermark_text(signature(options), covered, bytes, told)));
  TRY(files.remove(journal));
  return told;
}

Result<std::unique_ptr<ByteReader>> read_langfuse(const LangfuseOptions& options, const PullPorts& ports,
                                                  const OnPullProgress& on_progress) {
  TRY_ASSIGN(auto directory, ports.files.make_private_directory());
  const std::string journal = directory->path() + "/langfuse";
  TRY_ASSIGN(Task task, task_of(options.query, std::nullopt, ports.clock));
  PullSummary told;
  bool cut = false;
  TRY(fill_journal(options, journal, task, ports, on_progress, told, cut));
  TRY_ASSIGN(std::unique_ptr<MappedFile> bytes, ports.files.map(journal));
  return std::make_unique<LangfuseStream>(std::move(directory), std::move(bytes), options.query);
}

}  // namespace ctxcap::sources
