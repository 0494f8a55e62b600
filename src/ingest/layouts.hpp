#pragma once
// The ways in which text holds records. One thread cuts it into pieces of whole records, as cheaply as that
// can be done; any thread reads a piece, the pieces in any order.

#include <cstdint>
#include <string_view>
#include <vector>

#include "ingest/formats/message_stream.hpp"
#include "ingest/formats/server_log.hpp"
#include "ingest/formats/server_log/sieve.hpp"
#include "ingest/formats/vllm/log.hpp"
#include "ingest/formats/vllm/metrics.hpp"
#include "ingest/row_reader.hpp"
#include "ingest/shape.hpp"

namespace ctxcap::ingest {

// Whole records. Lines are counted from its beginning.
struct Piece {
  std::uint32_t number = 0;  // in the order of the inputs
  std::string_view text;     // kPadding bytes are readable behind it

  // Of documents, also those that hold a log: where the records are.
  struct Range {
    std::size_t begin = 0, end = 0;
  };
  std::vector<Range> values;
  bool is_cut_off = false;  // the last of them never ends

  // Of a log: the lines that may matter, and the line ends of all.
  struct LogLine {
    std::size_t begin = 0, end = 0;
    i64 line = 0;
    server_log::Words words;  // unless it is nested
  };
  std::vector<LogLine> log_lines;

  // A record that is too long is a piece of its own, without text.
  bool is_left_out = false;
  std::size_t bytes = 0;  // of the input
  i64 lines = 0;          // line ends in it, where it is left out or a log's

  void take(std::string_view records) {
    text = records;
    bytes = records.size();
    is_left_out = false;
  }
  void leave_out() {
    text = {};
    bytes = 0;
    lines = 0;
    is_left_out = true;
  }
};

i64 line_ends(std::string_view text);

// Looks for the end of a record, in text that comes in parts, and remembers none of it.
class RecordEnd {
 public:
  explicit RecordEnd(bool by_lines) : by_lines_(by_lines) {}
  // Returns how many bytes of the text belong to the record.
  std::size_t feed(std::string_view text);
  bool found() const { return found_; }

 private:
  bool by_lines_, found_ = false;
  bool in_string_ = false, is_escaped_ = false;
  i64 depth_ = 0;
};

class Cutter {
 public:
  explicit Cutter(const Shape& shape)
      : layout_(shape.layout), is_spread_(shape.is_spread), delimiter_(shape.header.delimiter) {}

  // Cuts records of about `size` bytes off the beginning of `text`, which goes on where the last cut was:
  // more where a record is longer, less where more text is needed for another record. Returns the bytes; at
  // the end of the input never 0, unless there is no text.
  std::size_t cut(std::string_view text, AtEnd at_end, std::size_t size, Piece& piece);

  // Records end where lines do, or at least may.
  bool by_lines() const { return layout_ != Layout::documents && !is_spread_; }
  RecordEnd record_end() const { return RecordEnd(by_lines()); }

 private:
  std::size_t cut_documents(std::string_view text, AtEnd at_end, std::size_t size, Piece& piece);

  Layout layout_;
  bool is_spread_;         // of a log; an array is one record then
  char delimiter_;         // of csv
  bool in_array_ = false;  // of documents: the elements of an outermost array are records
};

// Whether pieces can be read in any order: a log's calls are spread over its lines.
bool in_any_order(Layout layout);
// What can be done with a piece before those before it are read.
void prepare(const Shape& shape, Piece& piece);

// Of a log, whose calls may be spread over pieces and inputs.
class LogReader {
 public:
  explicit LogReader(JobRule rule) : log_(rule == JobRule::client) {}
  // Returns the line ends in it. It was prepared.
  i64 read(const Piece& piece, const Shape& shape, RowReader& reader);
  // What is left open: calls that are complete only at the end of the log.
  void finish(RowReader& reader);

 private:
  void read_line(std::string_view text, const Piece::LogLine& line, bool is_nested, RowReader& reader);

  i64 read_vllm(const Piece& piece, RowReader& reader);

  ServerLog log_;
  vllm::Log vllm_;
  vllm::Metrics metrics_;
  Layout layout_ = Layout::log;
  i64 last_line_ = 1;  // of the last piece
  Scratch scratch_;
};

class PieceReader {
 public:
  PieceReader(const Shape& shape, RowReader& reader, LogReader& log)
      : shape_(&shape), reader_(&reader), log_(&log) {}
  // Returns the line ends in it. It was prepared.
  i64 read(const Piece& piece);

 private:
  i64 read_lines(std::string_view text);
  i64 read_values(const Piece& piece);
  i64 read_events(std::string_view text);
  i64 read_csv(std::string_view text);
  void read_csv_record(std::string_view record, i64 line);
  std::string_view without_zeros(std::string_view cell, Zeros zeros);

  const Shape* shape_;
  RowReader* reader_;
  MessageStream events_;
  LogReader* log_;
  std::vector<std::string_view> cells_;
  Scratch scratch_;
};

}  // namespace ctxcap::ingest
