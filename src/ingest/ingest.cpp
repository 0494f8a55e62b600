#include "ingest/ingest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "ingest/formats.hpp"
#include "ingest/inputs.hpp"
#include "ingest/pieces.hpp"
#include "ingest/settle.hpp"
#include "ingest/summary.hpp"

namespace ctxcap::ingest {

static_assert(Ingestor::kBehind == kPadding);

namespace {

// Bytes that a thread takes at once. Of a stream about what fits its share of the cache, where the bytes are
// when they arrive; of text in memory large enough that the cutting does not count, nor the giving back of its pages,
// for which all processors wait.
constexpr std::size_t kStreamPiece = 1 << 20;
constexpr std::size_t kLargestPiece = 4 << 20;
constexpr std::size_t kSmallestPiece = 256 << 10;
constexpr std::size_t kLongPiece = 8 << 20;  // of such there is one at a time

std::size_t thread_count(int asked) {
  if (asked > 0) return static_cast<std::size_t>(asked);
  return std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace

class Ingestor::Impl {
 public:
  Impl(Options options, OnProgress on_progress)
      : options_(std::move(options)),
        on_progress_(std::move(on_progress)),
        threads_(thread_count(options_.threads)),
        shelves_(options_.overflow, options_.held_in_memory) {}

  Status whole(std::string source, std::string_view text, const OnRead& on_read, const Left& left,
               const Given& given);
  Status stream(std::string source, const Fill& fill, const Given& given);
  Result<TraceSummary> finish();

 private:
  // What one thread works with.
  struct Lane {
    Lane(const Options& options, Names& names, Shelves& shelves)
        : tally(names, shelves, options.keep_requests, options.on_bad_row != nullptr),
          reader(options.mapping, tally) {}
    Tally tally;
    RowReader reader;
    Piece piece;
    PaddedBuffer buffer;
  };

  void begin(std::string source, const Given& given);
  Result<std::optional<Shape>> shape(std::string_view beginning, AtEnd at_end, const std::string& source);
  void finish_log();
  Status read(Pieces& pieces, const Shape& shape, std::size_t workers, const OnRead& on_read);
  void work(Pieces& pieces, const Shape& shape, Lane& lane, const OnRead& on_read);
  void work_in_turn(Pieces& pieces, const Shape& shape, Lane& lane, PieceReader& reader,
                    const OnRead& on_read);
  void skip_head(std::string_view head);
  bool take_piece(Pieces& pieces, Lane& lane);
  i64 read_piece(PieceReader& reader, RowReader& rows, const Piece& piece);
  void note_cut();
  void finish_piece(const Piece& piece, Tally& tally, i64 lines, i64 rows);
  void tell(const NotedRow& row) const;
  Lane& lane(std::size_t number);

  const Options options_;
  const OnProgress on_progress_;
  const std::size_t threads_;
  Names names_;
  Shelves shelves_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  Given given_;                   // of the input at hand
  std::optional<LogReader> log_;  // the one at hand, which may go on in the next input

  std::mutex cutting_;  // held while a piece is cut; guards these two:
  Status status_;
  bool is_over_ = false;

  std::mutex turning_;      // held while a piece is read that must wait for its turn; guards this:
  std::uint32_t turn_ = 0;  // of the piece with that number
  std::condition_variable turned_;

  std::mutex counting_;  // guards these three:
  Inputs inputs_;
  std::map<std::uint32_t, std::vector<NotedRow>> noted_;  // by piece; told when the pieces before it are read
  Progress progress_;
};

void Ingestor::Impl::begin(std::string source, const Given& given) {
  if (!given.goes_on) finish_log();
  given_ = given;
  inputs_.begin(std::move(source));
  progress_ = {};
  status_ = {};
  is_over_ = false;
}

void Ingestor::Impl::finish_log() {
  if (log_) log_->finish(lane(0).reader);
  log_.reset();
}

Result<std::optional<Shape>> Ingestor::Impl::shape(std::string_view beginning, AtEnd at_end,
                                                   const std::string& source) {
  if (given_.is_log) return Shape{.layout = Layout::log, .header = {}};
  return shape_of(beginning, at_end, source, options_.mapping);
}

Status Ingestor::Impl::whole(std::string source, std::string_view text, const OnRead& on_read,
                             const Left& left, const Given& given) {
  begin(source, given);
  const std::string_view beginning = text.substr(0, options_.longest_row);
  TRY_ASSIGN(const std::optional<Shape> found, this->shape(beginning, AtEnd::yes, source));
  const Shape shape = found.value_or(Shape{});
  skip_head(text.substr(0, shape.begin));
  if (on_read && beginning.size() > kLongPiece) on_read(beginning);  // only to tell what it is
  Left left_of_rows;
  if (left) left_of_rows = [&] { return std::max(left(), shape.begin) - shape.begin; };
  const std::size_t fair = std::clamp(text.size() / (threads_ * 8), kSmallestPiece, kLargestPiece);
  const std::size_t piece_size = options_.batch > 0 ? options_.batch : fair;
  TextPieces pieces(text.substr(shape.begin), Cutter(shape), {piece_size, options_.longest_row}, left_of_rows,
                    on_read);
  return read(pieces, shape, std::min(threads_, text.size() / piece_size + 1), on_read);
}

Status Ingestor::Impl::stream(std::string source, const Fill& fill, const Given& given) {
  begin(source, given);
  const std::size_t piece_size = options_.batch > 0 ? options_.batch : kStreamPiece;
  PaddedBuffer beginning;
  std::optional<Shape> shape;
  AtEnd at_end = AtEnd::no;
  for (std::size_t size = piece_size; !shape; size *= 2) {
    TRY_ASSIGN(at_end, fill_up(beginning, std::min(size, options_.longest_row), fill));
    const bool is_enough = beginning.view().size() >= options_.longest_row;
    TRY_ASSIGN(shape, this->shape(beginning.view(), is_enough ? AtEnd::yes : at_end, source));
    if (is_enough && !shape) shape.emplace();
  }
  skip_head(beginning.view().substr(0, shape->begin));
  StreamPieces pieces(fill, beginning.view().substr(shape->begin), at_end, Cutter(*shape),
                      {piece_size, options_.longest_row});
  // One more than cores: one waits for bytes.
  return read(pieces, *shape, at_end == AtEnd::yes ? 1 : threads_ + 1, {});
}

Status Ingestor::Impl::read(Pieces& pieces, const Shape& shape, std::size_t workers, const OnRead& on_read) {
  lane(workers - 1);  // all are there before the threads start
  for (const auto& lane : lanes_) lane->reader.only(given_.from, given_.to);
  if (!log_) log_.emplace(options_.mapping.job_rule);
  PieceReader reader(shape, lanes_[0]->reader, *log_);
  const auto work_on = [&](Lane& lane) {
    if (in_any_order(shape.layout)) return work(pieces, shape, lane, on_read);
    work_in_turn(pieces, shape, lane, reader, on_read);
  };
  std::vector<std::thread> others;
  for (std::size_t i = 1; i < workers; ++i) others.emplace_back([&, i] { work_on(*lanes_[i]); });
  work_on(*lanes_[0]);
  for (std::thread& other : others) other.join();
  for (const auto& lane : lanes_) lane->buffer.release();
  if (pieces.cut_short()) note_cut();
  return status_;
}

void Ingestor::Impl::work(Pieces& pieces, const Shape& shape, Lane& lane, const OnRead& on_read) {
  const std::size_t input = inputs_.current();
  PieceReader reader(shape, lane.reader, *log_);
  for (;;) {
    std::unique_lock cutting(cutting_);
    if (!take_piece(pieces, lane)) break;
    const bool is_long = lane.piece.text.size() > kLongPiece;
    if (!is_long) cutting.unlock();
    const i64 rows_before = lane.tally.of_input(input).rows;
    lane.reader.begin(input, lane.piece.number, lane.piece.text);
    const i64 lines = read_piece(reader, lane.reader, lane.piece);
    finish_piece(lane.piece, lane.tally, lines, lane.tally.of_input(input).rows - rows_before);
    if (on_read) on_read(lane.piece.text);
    if (is_long) pieces.give_up(lane.buffer);
  }
}

// The calls of a log are spread over its lines: threads prepare pieces side by side, and read them one behind
// the other. What is read counts in the first lane.
void Ingestor::Impl::work_in_turn(Pieces& pieces, const Shape& shape, Lane& lane, PieceReader& reader,
                                  const OnRead& on_read) {
  const std::size_t input = inputs_.current();
  Lane& first = *lanes_[0];
  for (;;) {
    std::unique_lock cutting(cutting_);
    if (!take_piece(pieces, lane)) break;
    const bool is_long = lane.piece.text.size() > kLongPiece;
    if (!is_long) cutting.unlock();
    prepare(shape, lane.piece);
    {
      std::unique_lock lock(turning_);
      turned_.wait(lock, [&] { return turn_ == lane.piece.number; });
      const i64 rows_before = first.tally.of_input(input).rows;
      first.reader.begin(input, lane.piece.number, lane.piece.text);
      const i64 lines = read_piece(reader, first.reader, lane.piece);
      finish_piece(lane.piece, first.tally, lines, first.tally.of_input(input).rows - rows_before);
      ++turn_;
    }
    turned_.notify_all();
    if (on_read) on_read(lane.piece.text);
    if (is_long) pieces.give_up(lane.buffer);
  }
}

i64 Ingestor::Impl::read_piece(PieceReader& reader, RowReader& rows, const Piece& piece) {
  if (!piece.is_left_out) return reader.read(piece);
  rows.leave_out(static_cast<i64>(piece.bytes));
  return piece.lines;
}

void Ingestor::Impl::note_cut() {
  Lane& lane = *lanes_.front();
  lane.piece.take({});
  lane.piece.number = inputs_.add_piece(0);
  lane.reader.begin(inputs_.current(), lane.piece.number, lane.piece.text);
  lane.reader.skip(Reason::cut_meanwhile, lane.piece.text, 1);
  finish_piece(lane.piece, lane.tally, 0, 1);
}

// What stands before the first record: a byte order mark, a CSV header.
void Ingestor::Impl::skip_head(std::string_view head) {
  const std::uint32_t number = inputs_.add_piece(head.size());
  inputs_.finish_piece(number, std::count(head.begin(), head.end(), '\n'));
  turn_ = number + 1;
}

// While cutting_ is held.
bool Ingestor::Impl::take_piece(Pieces& pieces, Lane& lane) {
  if (is_over_) return false;
  const Result<bool> got = pieces.next(lane.piece, lane.buffer);
  if (!got) status_ = fail(got.error());
  is_over_ = !got || !*got;
  if (is_over_) return false;
  const std::scoped_lock numbering(counting_);
  lane.piece.number = inputs_.add_piece(lane.piece.bytes);
  return true;
}

void Ingestor::Impl::finish_piece(const Piece& piece, Tally& tally, i64 lines, i64 rows) {
  const std::scoped_lock lock(counting_);
  inputs_.finish_piece(piece.number, lines);
  if (!tally.noted.empty()) noted_[piece.number] = std::exchange(tally.noted, {});
  while (!noted_.empty() && noted_.begin()->first < inputs_.first_open()) {
    for (const NotedRow& row : noted_.begin()->second) tell(row);
    noted_.erase(noted_.begin());
  }
  if (!on_progress_) return;
  progress_.bytes += static_cast<i64>(piece.bytes);
  progress_.rows += rows;
  on_progress_(progress_);
}

void Ingestor::Impl::tell(const NotedRow& row) const {
  BadRow told{.source = inputs_.source(inputs_.input_of(row.place)),
              .line = inputs_.line_of(row.place),
              .length = row.spot.length,
              .reason = wording(row.reason).word};
  if (row.spot.offset >= 0) told.offset = inputs_.byte_of(row.place, row.spot);
  options_.on_bad_row(told);
}

Ingestor::Impl::Lane& Ingestor::Impl::lane(std::size_t number) {
  while (lanes_.size() <= number) lanes_.push_back(std::make_unique<Lane>(options_, names_, shelves_));
  return *lanes_[number];
}

Result<TraceSummary> Ingestor::Impl::finish() {
  lane(0);
  finish_log();
  std::vector<Tally*> tallies;
  for (const auto& lane : lanes_) tallies.push_back(&lane->tally);
  TRY(settle(shelves_, tallies, [&](Place place) { return inputs_.input_of(place); }));
  std::vector<NotedRow> noted;
  for (Tally* tally : tallies) noted.insert(noted.end(), tally->noted.begin(), tally->noted.end());
  std::sort(noted.begin(), noted.end());
  for (const NotedRow& row : noted) tell(row);
  return summary_of(tallies, inputs_, names_, options_.mapping, options_.most_jobs);
}

Ingestor::Ingestor(Options options, OnProgress on_progress)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(on_progress))) {}
Ingestor::~Ingestor() = default;
Ingestor::Ingestor(Ingestor&&) noexcept = default;
Ingestor& Ingestor::operator=(Ingestor&&) noexcept = default;

Status Ingestor::whole(std::string source, std::string_view bytes, const OnRead& on_read, const Left& left,
                       const Given& given) {
  return impl_->whole(std::move(source), bytes, on_read, left, given);
}
Status Ingestor::stream(std::string source, const Fill& fill, const Given& given) {
  return impl_->stream(std::move(source), fill, given);
}
Result<TraceSummary> Ingestor::finish() && {
  return impl_->finish();
}

std::string_view describe(std::string_view word) {
  return sentence_of(word);
}

Error nothing_usable(const std::vector<Skip>& skipped) {
  // A word that says what the file is beats one that says what it is not; else the most frequent.
  const auto weight = [](const Skip& skip) {
    const bool is_vague =
        skip.reason == "bad-json" || skip.reason == "bad-csv" || skip.reason == "unknown-format";
    return std::pair(!is_vague, skip.count);
  };
  const Skip& main = *std::max_element(skipped.begin(), skipped.end(),
                                       [&](const Skip& a, const Skip& b) { return weight(a) < weight(b); });
  const std::string_view hint = hint_of(main.reason);
  return {.kind = ErrorKind::withheld,
          .what = "no request in the traces can be used",
          .why = fmt::format("every row was skipped: {} ({}), first at {}", main.reason,
                             sentence_of(main.reason), main.first),
          .hint = std::string(hint.empty() ? "look at the rows that --bad-lines FILE names" : hint)};
}

std::vector<TraceFormat> known_formats() {
  std::vector<TraceFormat> list;
  for (const Format* format : formats()) {
    list.push_back({format->name, format->help, format->told_by, format->holds_rows});
  }
  return list;
}

}  // namespace ctxcap::ingest
