#pragma once
// The ways in which text holds records. One thread cuts it into pieces of whole records, as cheaply as that
// can be done; any thread reads a piece, the pieces in any order.

#include <cstdint>
#include <string_view>
#include <vector>

#include "ingest/formats/message_stream.hpp"
#include "ingest/formats/server_log.hpp"
#include "ingest/row_reader.hpp"
#include "ingest/shape.hpp"

namespace ctxcap::ingest {

// Whole records. Lines are counted from its beginning.
struct Piece {
  std::uint32_t number = 0;  // in the order of the inputs
  std::string_view text;     // kPadding bytes are readable behind it

  // Of documents: where the records are.
  struct Range {
    std::size_t begin = 0, end = 0;
  };
  std::vector<Range> values;
  bool is_cut_off = false;  // the last of them never ends
};

class Cutter {
 public:
  explicit Cutter(const Shape& shape) : layout_(shape.layout), delimiter_(shape.header.delimiter) {}

  // Cuts records of about `size` bytes off the beginning of `text`, which goes on where the last cut was:
  // more where a record is longer, less where more text is needed for another record. Returns the bytes; at
  // the end of the input never 0, unless there is no text.
  std::size_t cut(std::string_view text, AtEnd at_end, std::size_t size, Piece& piece);

 private:
  std::size_t cut_documents(std::string_view text, AtEnd at_end, std::size_t size, Piece& piece);

  Layout layout_;
  char delimiter_;         // of csv
  bool in_array_ = false;  // of documents: the elements of an outermost array are records
};

// Whether pieces can be read in any order: a log's calls are spread over its lines.
bool in_any_order(Layout layout);

// Of a log, whose calls may be spread over pieces and inputs.
class LogReader {
 public:
  explicit LogReader(JobRule rule) : log_(rule == JobRule::client) {}
  // Returns the line ends.
  i64 read(std::string_view text, RowReader& reader);
  // What is left open: calls that are complete only at the end of the log.
  void finish(RowReader& reader);

 private:
  ServerLog log_;
  i64 last_line_ = 1;  // of the last piece
};

class PieceReader {
 public:
  PieceReader(const Shape& shape, RowReader& reader, LogReader& log)
      : shape_(&shape), reader_(&reader), log_(&log) {}
  // Returns the line ends in it.
  i64 read(const Piece& piece);

 private:
  i64 read_lines(std::string_view text);
  i64 read_values(const Piece& piece);
  i64 read_events(std::string_view text);
  i64 read_csv(std::string_view text);
  void read_csv_record(std::string_view record, i64 line);

  const Shape* shape_;
  RowReader* reader_;
  MessageStream events_;
  LogReader* log_;
  std::vector<std::string_view> cells_;
  Scratch scratch_;
};

}  // namespace ctxcap::ingest
