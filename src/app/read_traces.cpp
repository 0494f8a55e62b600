#include "app/read_traces.hpp"

#include <fmt/format.h>

#include <chrono>

#include "app/langfuse_flags.hpp"
#include "app/progress.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "ingest/ingest.hpp"
#include "sources/sources.hpp"

namespace ctxcap::app {
namespace {

// Rows that wait for others and do not fit into memory. No file before it is needed.
class ScratchOverflow final : public ingest::Overflow {
 public:
  explicit ScratchOverflow(Files& files) : files_(files) {}
  Status write(std::uint64_t offset, std::string_view bytes) override {
    if (!file_) {
      TRY_ASSIGN(file_, files_.make_scratch_file());
    }
    return file_->write(offset, bytes);
  }
  Status read(std::uint64_t offset, char* into, std::size_t size) override {
    return file_->read(offset, into, size);
  }

 private:
  Files& files_;
  std::unique_ptr<ScratchFile> file_;
};

// The file of --bad-lines. Rows come while others are still read, so they are written in blocks.
class BadRowFile {
 public:
  explicit BadRowFile(std::unique_ptr<Replacement> file) : file_(std::move(file)) {}
  void add(const BadRow& row) {
    waiting_ += bad_row_json(row);
    constexpr std::size_t kBlock = 1 << 20;
    if (waiting_.size() >= kBlock) flush();
  }
  Status commit() {
    flush();
    TRY(status_);
    return file_->commit();
  }

 private:
  void flush() {
    if (status_) status_ = file_->write(waiting_);
    waiting_.clear();
  }
  std::unique_ptr<Replacement> file_;
  std::string waiting_;
  Status status_;
};

// The server's pace is what one sees; what it gave is read in no time.
Status read_langfuse(const sources::LangfuseOptions& options, World& world, Talk& talk,
                     ingest::Ingestor& ingestor) {
  TRY_ASSIGN(const std::unique_ptr<ByteReader> rows,
             sources::read_langfuse(options, {world.http, world.clock, world.files},
                                    pull_progress(options.server.url, world, talk)));
  talk.clear();
  return ingestor.stream(options.server.url,
                         [&](char* into, std::size_t room) { return rows->read(into, room); });
}

}  // namespace

Result<TraceSummary> read_traces(const TraceOptions& options, World& world, Talk& talk) {
  static_assert(ingest::Ingestor::kBehind <= kReadPadding);
  TRY_ASSIGN(ingest::Mapping mapping, ingest::mapping_of(options.map));
  if (!options.job_rule.empty()) TRY(ingest::take_job_rule(options.job_rule, mapping));
  TRY_ASSIGN(const sources::Names names, sources::find_traces(options.files, world.files));
  for (const std::string& note : names.notes) talk.note("note: " + note);
  const sources::Source* at_hand = nullptr;  // nullptr: a server, whose progress was told
  std::chrono::nanoseconds started{};
  std::optional<BadRowFile> bad_rows;
  ingest::OnBadRow on_bad_row;
  if (!options.bad_rows.empty()) {
    TRY_ASSIGN(auto file, world.files.replace(options.bad_rows));
    bad_rows.emplace(std::move(file));
    on_bad_row = [&](const BadRow& row) { bad_rows->add(row); };
  }
  ScratchOverflow overflow(world.files);
  ingest::Ingestor ingestor({.mapping = mapping,
                             .threads = options.threads,
                             .keep_requests = options.keep_requests,
                             .overflow = &overflow,
                             .on_bad_row = std::move(on_bad_row)},
                            [&](const ingest::Progress& progress) {
                              if (at_hand == nullptr) return;
                              const std::optional<Bytes> expected = at_hand->expected(progress.bytes);
                              talk.progress(at_hand->name, progress.bytes, expected,
                                            progress_text({.bytes = progress.bytes,
                                                           .rows = progress.rows,
                                                           .since_start = world.clock.elapsed() - started,
                                                           .total = expected}));
                            });
  for (const std::string& file : names.files) {
    TRY_ASSIGN(sources::Source source, sources::open_source(file, world.files));
    if (source.mapped && sources::is_database(source.mapped->bytes())) {
      source.mapped.reset();
      TRY_ASSIGN(source.stream, sources::open_llm_database(file, world.databases));
    }
    at_hand = &source;
    started = world.clock.elapsed();
    if (source.mapped) {
      TRY(ingestor.whole(file, source.mapped->bytes(),
                         [&](std::string_view part) { source.mapped->done_with(part); }));
    } else {
      TRY(ingestor.stream(file,
                          [&](char* into, std::size_t room) { return source.stream->read(into, room); }));
    }
    talk.clear();
    if (const std::string remark = source.remark(); !remark.empty()) talk.note("note: " + remark);
  }
  if (options.langfuse) {
    at_hand = nullptr;
    TRY(read_langfuse(*options.langfuse, world, talk, ingestor));
  }
  TRY_ASSIGN(TraceSummary summary, std::move(ingestor).finish());
  if (options.clickhouse) {
    TRY_ASSIGN(
        TraceSummary counted,
        read_clickhouse(*options.clickhouse, {.mapping = mapping, .threads = options.threads}, world, talk));
    summary.merge(std::move(counted));
  }
  for (const std::string& field : summary.missing)
    talk.note("note: no row has the field " + printable(field, 60) + ", which --map or --job names");
  TRY_ASSIGN(const i64 left_out, keep_only(options.jobs, options.models, summary));
  if (left_out > 0)
    talk.note(fmt::format("note: left out {} of other jobs and models", counted(left_out, "request")));
  if (bad_rows) TRY(bad_rows->commit());
  return summary;
}

}  // namespace ctxcap::app
