#include "ingest/ingest.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <mutex>
#include <thread>
#include <utility>
#include <variant>

#include "ingest/formats.hpp"
#include "ingest/layouts.hpp"
#include "ingest/padded_buffer.hpp"
#include "ingest/totals.hpp"

namespace ctxcap::ingest {

static_assert(Ingestor::kBehind == kPadding);

namespace {

constexpr std::size_t kLargestPiece = 16 << 20;  // bytes a thread takes at once
constexpr std::size_t kSmallestPiece = 256 << 10;
constexpr std::size_t kBatchPerThread = 4 << 20;  // bytes of a stream that are gathered before they are read

std::size_t thread_count(int asked) {
  if (asked > 0) return static_cast<std::size_t>(asked);
  return std::max(1U, std::thread::hardware_concurrency());
}

// `text` in pieces of about that size, each ending behind a line end (the last where the text does).
std::vector<std::string_view> cut_at_lines(std::string_view text, std::size_t piece_size) {
  std::vector<std::string_view> pieces;
  while (!text.empty()) {
    std::size_t size = text.size();
    if (size > piece_size) {
      const std::size_t line_end = text.find('\n', piece_size - 1);
      if (line_end != std::string_view::npos) size = line_end + 1;
    }
    pieces.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return pieces;
}

}  // namespace

class Ingestor::Impl {
 public:
  Impl(Options options, OnProgress on_progress)
      : options_(std::move(options)),
        on_progress_(std::move(on_progress)),
        threads_(thread_count(options_.threads)),
        batch_(options_.batch > 0 ? options_.batch : kBatchPerThread * threads_),
        totals_(options_.keep_requests, options_.on_bad_row) {}

  void begin(std::string source);
  Status feed(std::string_view bytes);
  Status end();
  Status whole(std::string source, std::string_view bytes);
  TraceSummary finish();

 private:
  // Reads what it can of `text`, the input's continuation; returns the bytes used.
  Result<std::size_t> read(std::string_view text, AtEnd at_end);
  std::size_t read_shaped(std::string_view text, AtEnd at_end);
  void read_all_lines(std::string_view text);
  template <typename Cutter>
  std::size_t read_in_order(Cutter& cutter, std::string_view text, AtEnd at_end);
  Tally new_tally() const;
  void add(Tally&& piece, std::size_t bytes);
  void report(std::size_t bytes, i64 rows);
  RowReader& reader(std::size_t thread);

  Options options_;
  OnProgress on_progress_;
  std::size_t threads_;
  std::size_t batch_;
  std::vector<std::unique_ptr<RowReader>> readers_;
  Totals totals_;

  // Of the input at hand.
  std::string source_;
  std::optional<Shape> shape_;
  std::variant<std::monostate, DocumentCutter, LogCutter, CsvCutter> cutter_;
  PaddedBuffer waiting_;
  std::size_t read_at_ = 0;  // bytes that must wait before reading on is worth it
  i64 next_line_ = 1;
  i64 next_byte_ = 0;
  std::mutex progress_mutex_;
  Progress progress_;
};

void Ingestor::Impl::begin(std::string source) {
  totals_.begin_input(source);
  source_ = std::move(source);
  shape_.reset();
  cutter_ = std::monostate();
  waiting_.clear();
  read_at_ = 0;
  next_line_ = 1;
  next_byte_ = 0;
  progress_ = {};
}

Status Ingestor::Impl::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    // A batch is never much larger than it must be, however large the piece that was fed.
    const std::size_t batch = std::max(batch_, read_at_);
    const std::size_t taken = std::min(bytes.size(), batch - std::min(batch, waiting_.view().size()));
    waiting_.append(bytes.substr(0, taken));
    bytes.remove_prefix(taken);
    if (waiting_.view().size() < batch) return {};
    TRY_ASSIGN(const std::size_t used, read(waiting_.view(), AtEnd::no));
    waiting_.drop(used);
    // What is left is the beginning of a record. It is tried again when there is twice as much, so that even
    // a record of a gigabyte is looked through only twice.
    read_at_ = 2 * waiting_.view().size();
  }
  return {};
}

Status Ingestor::Impl::end() {
  TRY(read(waiting_.view(), AtEnd::yes));
  waiting_.clear();
  return {};
}

Status Ingestor::Impl::whole(std::string source, std::string_view bytes) {
  begin(std::move(source));
  TRY(read(bytes, AtEnd::yes));
  return {};
}

Result<std::size_t> Ingestor::Impl::read(std::string_view text, AtEnd at_end) {
  std::size_t skipped = 0;
  if (!shape_) {
    TRY_ASSIGN(shape_, shape_of(text, at_end, source_, options_.mapping));
    if (!shape_) return std::size_t{0};
    skipped = shape_->begin;
    next_byte_ += static_cast<i64>(skipped);
    next_line_ += std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(skipped), '\n');
    if (shape_->layout == Layout::documents) cutter_.emplace<DocumentCutter>();
    if (shape_->layout == Layout::log) cutter_.emplace<LogCutter>();
    if (shape_->layout == Layout::csv) cutter_.emplace<CsvCutter>(shape_->header);
  }
  return skipped + read_shaped(text.substr(skipped), at_end);
}

std::size_t Ingestor::Impl::read_shaped(std::string_view text, AtEnd at_end) {
  if (DocumentCutter* documents = std::get_if<DocumentCutter>(&cutter_)) {
    return read_in_order(*documents, text, at_end);
  }
  if (LogCutter* log = std::get_if<LogCutter>(&cutter_)) return read_in_order(*log, text, at_end);
  if (CsvCutter* csv = std::get_if<CsvCutter>(&cutter_)) return read_in_order(*csv, text, at_end);
  if (at_end == AtEnd::no) text = text.substr(0, text.rfind('\n') + 1);  // npos + 1 is 0: no whole line yet
  read_all_lines(text);
  return text.size();
}

template <typename Cutter>
std::size_t Ingestor::Impl::read_in_order(Cutter& cutter, std::string_view text, AtEnd at_end) {
  Tally tally = new_tally();
  const std::size_t used = cutter.read(text, at_end, reader(0), tally);
  report(used, tally.rows);
  add(std::move(tally), used);
  return used;
}

void Ingestor::Impl::read_all_lines(std::string_view text) {
  const std::size_t piece_size = std::clamp(text.size() / (threads_ * 4), kSmallestPiece, kLargestPiece);
  const std::vector<std::string_view> pieces = cut_at_lines(text, piece_size);
  std::vector<Tally> tallies;
  for (std::size_t i = 0; i < pieces.size(); ++i) tallies.push_back(new_tally());
  std::atomic<std::size_t> next{0};
  const auto work = [&](RowReader& mine) {
    for (std::size_t i = next++; i < pieces.size(); i = next++) {
      read_lines(pieces[i], mine, tallies[i]);
      report(pieces[i].size(), tallies[i].rows);
    }
  };
  const std::size_t workers = std::min(threads_, pieces.size());
  std::vector<std::thread> others;
  for (std::size_t i = 1; i < workers; ++i) {
    others.emplace_back([&work, &mine = reader(i)] { work(mine); });
  }
  work(reader(0));
  for (std::thread& other : others) other.join();
  for (std::size_t i = 0; i < pieces.size(); ++i) add(std::move(tallies[i]), pieces[i].size());
}

Tally Ingestor::Impl::new_tally() const {
  Tally tally;
  tally.histograms.keep_requests = options_.keep_requests;
  tally.notes_bad_rows = options_.on_bad_row != nullptr;
  return tally;
}

void Ingestor::Impl::add(Tally&& piece, std::size_t bytes) {
  const i64 lines = piece.lines;
  totals_.add(std::move(piece), {.line = next_line_, .byte = next_byte_});
  next_line_ += lines;
  next_byte_ += static_cast<i64>(bytes);
}

void Ingestor::Impl::report(std::size_t bytes, i64 rows) {
  if (!on_progress_) return;
  const std::scoped_lock lock(progress_mutex_);
  progress_.bytes += static_cast<i64>(bytes);
  progress_.rows += rows;
  on_progress_(progress_);
}

RowReader& Ingestor::Impl::reader(std::size_t thread) {
  while (readers_.size() <= thread) readers_.push_back(std::make_unique<RowReader>(options_.mapping));
  return *readers_[thread];
}

TraceSummary Ingestor::Impl::finish() {
  return std::exchange(totals_, Totals(options_.keep_requests, options_.on_bad_row)).summary();
}

Ingestor::Ingestor(Options options, OnProgress on_progress)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(on_progress))) {}
Ingestor::~Ingestor() = default;
Ingestor::Ingestor(Ingestor&&) noexcept = default;
Ingestor& Ingestor::operator=(Ingestor&&) noexcept = default;

void Ingestor::begin(std::string source) {
  impl_->begin(std::move(source));
}
Status Ingestor::feed(std::string_view bytes) {
  return impl_->feed(bytes);
}
Status Ingestor::end() {
  return impl_->end();
}
Status Ingestor::whole(std::string source, std::string_view bytes) {
  return impl_->whole(std::move(source), bytes);
}
TraceSummary Ingestor::finish() {
  return impl_->finish();
}

std::string_view describe(std::string_view word) {
  return sentence_of(word);
}

std::vector<TraceFormat> known_formats() {
  std::vector<TraceFormat> list;
  for (const Format* format : formats()) {
    list.push_back({format->name, format->help, format->told_by, format->holds_rows});
  }
  return list;
}

}  // namespace ctxcap::ingest
