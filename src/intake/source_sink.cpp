#include "intake/source_sink.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/units.hpp"

namespace ctxcap::intake {
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

ingest::Options with_overflow(ingest::Options options, ingest::Overflow* overflow) {
  options.overflow = overflow;
  return options;
}

}  // namespace

SourceSink::SourceSink(ingest::Options options, World& world, cli::Talk& talk)
    : world_(world),
      talk_(talk),
      overflow_(std::make_unique<ScratchOverflow>(world.files)),
      of_windows_({.mapping = options.mapping, .threads = options.threads, .most_jobs = options.most_jobs}),
      ingestor_(with_overflow(std::move(options), overflow_.get()),
                [this](const ingest::Progress& progress) { show_rows(progress); }) {
  static_assert(ingest::Ingestor::kBehind <= kReadPadding);
}

SourceSink::~SourceSink() = default;

Status SourceSink::rows(const sources::Rows& rows) {
  talk_.clear();
  at_hand_ = &rows;
  started_ = world_.clock.elapsed();
  const ingest::Given given{.is_log = rows.is_log, .goes_on = rows.goes_on, .from = rows.from, .to = rows.to};
  const auto read_on = [&](char* into, std::size_t room) { return rows.stream->read(into, room); };
  const auto done = [&](std::string_view part) { rows.mapped->done_with(part); };
  const auto left = [&] { return rows.mapped->left(); };
  const Status read = rows.mapped != nullptr
                          ? ingestor_.whole(rows.name, rows.mapped->bytes(), done, left, given)
                          : ingestor_.stream(rows.name, read_on, given);
  at_hand_ = nullptr;
  talk_.clear();
  return read;
}

void SourceSink::show_rows(const ingest::Progress& progress) {
  if (at_hand_ == nullptr || !at_hand_->expected) return;
  const std::optional<Bytes> expected = at_hand_->expected(progress.bytes);
  talk_.progress(at_hand_->name, progress.bytes, expected,
                 cli::progress_text({.bytes = progress.bytes,
                                     .rows = progress.rows,
                                     .since_start = world_.clock.elapsed() - started_,
                                     .total = expected}));
}

// A window's groups become a summary of their own, which joins the others only when the window is complete.
void SourceSink::begin(const Window& window) {
  groups_.reset();  // what broke off
  window_ = window;
  show_window(0);
  groups_ = std::make_unique<ingest::PushedRows>(
      window.source + " " + window.table, of_windows_,
      [this](const ingest::Progress& progress) { show_window(progress.rows); });
}

Status SourceSink::take(std::string_view bytes) {
  return groups_->push(bytes);
}

Status SourceSink::commit() {
  TRY_ASSIGN(TraceSummary summary, std::move(*groups_).finish());
  groups_.reset();
  const std::string place = fmt::format("{} from {}", window_.table, rfc3339(window_.from));
  for (Skip& skip : summary.skipped) skip.first = place;
  for (Skip& skip : summary.remarks) skip.first = place;
  windows_.merge(std::move(summary));
  return {};
}

void SourceSink::show_window(i64 rows) {
  const i64 done = window_.rows_before + rows;
  talk_.progress(window_.source, done, std::max(done, window_.rows_in_all),
                 fmt::format("{}  {} rows", iso_date(day_of(window_.from)), with_commas(done)));
}

void SourceSink::progress(const std::string& name, const sources::Progress& progress) {
  talk_.progress(name, progress.done, progress.total, progress.detail);
}

void SourceSink::note(const std::string& sentence) {
  talk_.note("note: " + sentence);
}

Result<TraceSummary> SourceSink::finish() && {
  TRY_ASSIGN(TraceSummary summary, std::move(ingestor_).finish());
  if (windows_ != TraceSummary{}) summary.merge(std::move(windows_));
  return summary;
}

}  // namespace ctxcap::intake
