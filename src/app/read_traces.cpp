#include "app/read_traces.hpp"

#include <fmt/format.h>

#include "base/units.hpp"
#include "ingest/ingest.hpp"
#include "sources/sources.hpp"

namespace ctxcap::app {
namespace {

constexpr std::size_t kReadSize = 1 << 20;  // bytes taken from a stream at once

Status read_stream(ByteReader& stream, ingest::Ingestor& ingestor) {
  std::string buffer(kReadSize, '\0');
  for (;;) {
    TRY_ASSIGN(const std::size_t got, stream.read(buffer.data(), buffer.size()));
    if (got == 0) return ingestor.end();
    TRY(ingestor.feed(std::string_view(buffer).substr(0, got)));
  }
}

// The file of --bad-lines. Rows come while others are still read, so they are written in blocks.
class BadRowFile {
 public:
  explicit BadRowFile(std::unique_ptr<Files::AtomicFile> file) : file_(std::move(file)) {}
  void add(const BadRow& row) {
    waiting_ += bad_row_json(row);
    if (waiting_.size() >= kReadSize) flush();
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
  std::unique_ptr<Files::AtomicFile> file_;
  std::string waiting_;
  Status status_;
};

}  // namespace

Result<TraceSummary> read_traces(const TraceOptions& options, World& world, Talk& talk) {
  static_assert(ingest::Ingestor::kBehind <= kReadPadding);
  TRY_ASSIGN(ingest::Mapping mapping, ingest::mapping_of(options.map));
  if (!options.job_rule.empty()) TRY(ingest::take_job_rule(options.job_rule, mapping));
  std::string name;
  std::optional<Bytes> size;
  std::optional<BadRowFile> bad_rows;
  ingest::OnBadRow on_bad_row;
  if (!options.bad_rows.empty()) {
    TRY_ASSIGN(auto file, world.files.create_atomic(options.bad_rows));
    bad_rows.emplace(std::move(file));
    on_bad_row = [&](const BadRow& row) { bad_rows->add(row); };
  }
  ingest::Ingestor ingestor(
      {.mapping = std::move(mapping),
       .threads = options.threads,
       .keep_requests = options.keep_requests,
       .on_bad_row = std::move(on_bad_row)},
      [&](const ingest::Progress& progress) {
        talk.progress(name, progress.bytes, size,
                      fmt::format("{}  {} rows", human_bytes(progress.bytes), with_commas(progress.rows)));
      });
  for (const std::string& file : options.files) {
    TRY_ASSIGN(sources::Source source, sources::open_source(file, world.files));
    if (source.mapped && sources::is_database(source.mapped->bytes())) {
      source.mapped.reset();
      TRY_ASSIGN(source.stream, sources::open_llm_database(file, world.databases));
    }
    name = file;
    size = source.size();
    if (source.mapped) {
      TRY(ingestor.whole(file, source.mapped->bytes()));
    } else {
      ingestor.begin(file);
      TRY(read_stream(*source.stream, ingestor));
    }
  }
  talk.clear();
  TraceSummary summary = ingestor.finish();
  if (bad_rows) TRY(bad_rows->commit());
  return summary;
}

}  // namespace ctxcap::app
