#pragma once
// The ways to cut text into records. Each reads what is complete, counts the line ends it passed into
// tally.lines, and returns how many bytes it used; the rest waits for more text.

#include <string_view>

#include "ingest/formats/llamacpp_log.hpp"
#include "ingest/row_reader.hpp"
#include "ingest/shape.hpp"

namespace ctxcap::ingest {

// Lines: all of `text` is used, so it must end where a line does (or the input).
void read_lines(std::string_view text, RowReader& reader, Tally& tally);

class DocumentCutter {
 public:
  std::size_t read(std::string_view text, AtEnd at_end, RowReader& reader, Tally& tally);

 private:
  bool in_array_ = false;  // the elements of an outermost array are records
};

class LogCutter {
 public:
  std::size_t read(std::string_view text, AtEnd at_end, RowReader& reader, Tally& tally);

 private:
  LlamaCppLog log_;
};

class CsvCutter {
 public:
  explicit CsvCutter(CsvHeader header) : header_(std::move(header)) {}
  std::size_t read(std::string_view text, AtEnd at_end, RowReader& reader, Tally& tally);

 private:
  void read_record(std::string_view record, i64 line, RowReader& reader);

  CsvHeader header_;
  std::vector<std::string_view> cells_;
  Scratch scratch_;
};

}  // namespace ctxcap::ingest
