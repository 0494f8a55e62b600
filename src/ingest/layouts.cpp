#include "ingest/layouts.hpp"

#include <algorithm>
#include <cstring>

#include "ingest/formats/all.hpp"

namespace ctxcap::ingest {

i64 line_ends(std::string_view text) {
  // A byte counts those of a part that it can hold: so they are counted many at once.
  constexpr std::size_t kPart = 240;
  i64 ends = 0;
  for (std::size_t at = 0; at < text.size(); at += kPart) {
    std::uint8_t of_part = 0;
    for (const char c : text.substr(at, kPart)) of_part = static_cast<std::uint8_t>(of_part + (c == '\n'));
    ends += of_part;
  }
  return ends;
}

namespace {

std::size_t line_end(std::string_view text, std::size_t at) {
  const void* found = at < text.size() ? std::memchr(text.data() + at, '\n', text.size() - at) : nullptr;
  return found == nullptr ? kNoEnd : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

std::size_t cut_lines(std::string_view text, AtEnd at_end, std::size_t size) {
  if (text.size() > size) {
    const std::size_t end = line_end(text, size - 1);
    if (end != kNoEnd) return end + 1;
  }
  if (at_end == AtEnd::yes) return text.size();
  return text.rfind('\n') + 1;  // npos + 1 is 0: no whole line yet
}

// From one quote to the next: what is between cells in quotes are whole lines.
std::size_t cut_csv(std::string_view text, char delimiter, AtEnd at_end, std::size_t size) {
  std::size_t behind_last = 0;  // the last line end that ends a record
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t quote = text.find('"', at);
    const std::string_view plain = text.substr(0, quote);
    if (plain.size() >= size) {
      const std::size_t end = line_end(plain, std::max(at, size - 1));
      if (end != kNoEnd) return end + 1;
    }
    if (at_end == AtEnd::no) {
      const void* last = ::memrchr(plain.data() + at, '\n', plain.size() - at);
      if (last != nullptr)
        behind_last = static_cast<std::size_t>(static_cast<const char*>(last) - text.data()) + 1;
    }
    if (quote == kNoEnd) break;
    at = quote + 1;
    if (!starts_csv_cell(text, 0, quote, delimiter)) continue;
    const CsvQuote cell = csv_quote(text, quote, delimiter, at_end);
    if (cell.kind == CsvQuote::more) break;
    at = cell.kind == CsvQuote::closed ? cell.end : std::min(line_end(text, at), text.size());
  }
  return at_end == AtEnd::yes ? text.size() : behind_last;
}

}  // namespace

std::size_t Cutter::cut(std::string_view text, AtEnd at_end, std::size_t size, Piece& piece) {
  size = std::max<std::size_t>(size, 1);
  if (is_spread_) return cut_documents(text, at_end, size, piece);
  switch (layout_) {
    case Layout::documents:
      return cut_documents(text, at_end, size, piece);
    case Layout::csv:
      return cut_csv(text, delimiter_, at_end, size);
    case Layout::lines:
    case Layout::log:
    case Layout::events:
    case Layout::vllm_log:
    case Layout::vllm_metrics:
      return cut_lines(text, at_end, size);
  }
  return text.size();
}

std::size_t Cutter::cut_documents(std::string_view text, AtEnd at_end, std::size_t size, Piece& piece) {
  piece.values.clear();
  piece.is_cut_off = false;
  for (std::size_t used = 0;;) {
    std::size_t at = skip_space(text, used);
    while (at < text.size() && text[at] == ',') at = skip_space(text, at + 1);
    used = at;
    if (at == text.size() || used >= size) return used;
    if (!is_spread_ && text[at] == (in_array_ ? ']' : '[')) {
      in_array_ = !in_array_;
      ++used;
      continue;
    }
    const bool is_nest = text[at] == '{' || text[at] == '[';
    // What is no object ends with its line; so does anything that stands outside of an array.
    const std::size_t end = is_nest ? skip_value(text, at) : line_end(text, at);
    if (end == kNoEnd && at_end == AtEnd::no) return used;
    used = std::min(end, text.size());
    piece.values.push_back({.begin = at, .end = used});
    piece.is_cut_off = end == kNoEnd && is_nest;
  }
}

std::size_t RecordEnd::feed(std::string_view text) {
  if (by_lines_) {
    const std::size_t end = line_end(text, 0);
    found_ = end != kNoEnd;
    return found_ ? end + 1 : text.size();
  }
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (in_string_) {
      const std::size_t next = is_escaped_ ? at : text.find_first_of("\"\\", at);
      if (next == kNoEnd) return text.size();
      in_string_ = is_escaped_ || text[next] != '"';
      is_escaped_ = !is_escaped_ && text[next] == '\\';
      at = next;
    } else if (c == '"') {
      in_string_ = true;
    } else if (c == '{' || c == '[') {
      ++depth_;
    } else if ((c == '}' || c == ']') && --depth_ <= 0) {
      found_ = true;
      return at + 1;
    }
  }
  return text.size();
}

bool in_any_order(Layout layout) {
  return layout == Layout::lines || layout == Layout::csv || layout == Layout::documents;
}

void prepare(const Shape& shape, Piece& piece) {
  if (shape.layout != Layout::log || piece.is_left_out) return;
  piece.log_lines.clear();
  piece.lines = 0;
  std::size_t counted = 0;  // line ends before are counted
  const auto count_to = [&](std::size_t at) {
    piece.lines += line_ends(piece.text.substr(counted, at - counted));
    counted = at;
  };
  for (const Piece::Range& value : piece.values) {
    if (!shape.is_spread) break;
    count_to(value.begin);
    piece.log_lines.push_back({value.begin, value.end, piece.lines + 1, {}});
  }
  for (std::size_t at = 0; at < piece.text.size() && !shape.is_spread;) {
    const std::size_t word = shape.is_nested ? at : server_log::find_word(piece.text, at);
    if (word == std::string_view::npos) break;
    const std::size_t begin = piece.text.rfind('\n', word) + 1;  // npos + 1 is 0
    const std::size_t end = std::min(line_end(piece.text, word), piece.text.size());
    count_to(begin);
    const std::string_view line = piece.text.substr(begin, end - begin);
    const server_log::Words words = shape.is_nested ? server_log::Words{} : server_log::words_in(line);
    piece.log_lines.push_back({begin, end, piece.lines + 1, words});
    at = end + 1;
  }
  count_to(piece.text.size());
}

i64 PieceReader::read(const Piece& piece) {
  switch (shape_->layout) {
    case Layout::documents:
      return read_values(piece);
    case Layout::csv:
      return read_csv(piece.text);
    case Layout::log:
    case Layout::vllm_log:
    case Layout::vllm_metrics:
      return log_->read(piece, *shape_, *reader_);
    case Layout::events:
      return read_events(piece.text);
    case Layout::lines:
      return read_lines(piece.text);
  }
  return 0;
}

i64 PieceReader::read_lines(std::string_view text) {
  i64 lines = 0;
  const std::size_t behind_last = text.rfind('\n') + 1;  // npos + 1 is 0
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t read = at < behind_last ? reader_->read_first(text.substr(at, behind_last - at), lines + 1) : 0;
    if (read > 0) {
      ++lines;
      at += read;
      continue;
    }
    const std::size_t end = line_end(text, at);
    reader_->read(text.substr(at, std::min(end, text.size()) - at), lines + 1);
    if (end == kNoEnd) break;
    ++lines;
    at = end + 1;
  }
  return lines;
}

namespace {

// A document that never ends: what it swallowed may be lines. Those that open an object are read as such, the
// rest is part of the one bad document.
void salvage_lines(std::string_view text, i64 line, RowReader& reader) {
  reader.skip(Reason::bad_json, text.substr(0, line_end(text, 0)), line);
  for (std::size_t end = line_end(text, 0); end != kNoEnd; end = line_end(text, end + 1)) {
    ++line;
    const std::size_t begin = end + 1;
    if (begin < text.size() && text[begin] == '{') {
      const std::size_t next = std::min(line_end(text, begin), text.size());
      reader.read(text.substr(begin, next - begin), line);
    }
  }
}

}  // namespace

i64 PieceReader::read_values(const Piece& piece) {
  i64 lines = 0;
  std::size_t counted = 0;  // everything before has been counted in `lines`
  for (const Piece::Range& value : piece.values) {
    lines += line_ends(piece.text.substr(counted, value.begin - counted));
    counted = value.begin;
    const std::string_view text = piece.text.substr(value.begin, value.end - value.begin);
    if (piece.is_cut_off && &value == &piece.values.back()) {
      salvage_lines(text, lines + 1, *reader_);
    } else {
      reader_->read(text, lines + 1);
    }
  }
  return lines + line_ends(piece.text.substr(counted));
}

i64 LogReader::read(const Piece& piece, const Shape& shape, RowReader& reader) {
  layout_ = shape.layout;
  if (layout_ != Layout::log) return read_vllm(piece, reader);
  i64 seen = 0;
  for (const Piece::LogLine& line : piece.log_lines) {
    log_.pass(std::max<i64>(line.line - seen - 1, 0));
    seen = line.line;
    const std::string_view text = piece.text.substr(line.begin, line.end - line.begin);
    read_line(text, line, shape.is_nested, reader);
  }
  log_.pass(std::max<i64>(piece.lines - seen, 0));
  if (!piece.text.empty()) last_line_ = piece.lines + (piece.text.ends_with('\n') ? 0 : 1);
  return piece.lines;
}

i64 LogReader::read_vllm(const Piece& piece, RowReader& reader) {
  i64 lines = 0;
  for (std::size_t at = 0; at < piece.text.size(); ++lines) {
    const std::size_t end = std::min(line_end(piece.text, at), piece.text.size());
    const std::string_view text = piece.text.substr(at, end - at);
    at = end + 1;
    if (layout_ == Layout::vllm_metrics) {
      metrics_.line(text);
      continue;
    }
    scratch_.clear();
    const server_log::Line inside = server_log::unwrapped(text, scratch_);
    for (const Call& call : vllm_.line(inside.text, inside.at)) reader.take(call, kVllmLog, text, lines + 1);
  }
  last_line_ = std::max<i64>(lines, 1);
  return line_ends(piece.text);
}

void LogReader::read_line(std::string_view text, const Piece::LogLine& line, bool is_nested,
                          RowReader& reader) {
  const auto take = [&](const std::vector<Call>& calls) {
    for (const Call& call : calls) reader.take(call, kServerLog, text, line.line);
  };
  if (!is_nested) return take(log_.line(text, line.words));
  scratch_.clear();
  for (const server_log::Line& inside : server_log::lines_in(text, scratch_))
    take(log_.line(inside, server_log::words_in(inside.text)));
  const std::string_view value = trimmed(text);
  const bool is_nest = value.starts_with('{') || value.starts_with('[');
  if (is_nest && skip_value(value, 0) == kNoEnd) reader.skip(Reason::bad_json, text, line.line);  // cut off
}

i64 PieceReader::read_events(std::string_view text) {
  i64 lines = 0;
  std::optional<Call> call;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = line_end(text, at);
    const std::string_view line = text.substr(at, std::min(end, text.size()) - at);
    if (!events_.line(line, call)) {
      reader_->read(line, lines + 1);
    } else if (call) {
      reader_->take(*call, kMessageStream, line, lines + 1);
    }
    if (end == kNoEnd) break;
    ++lines;
    at = end + 1;
  }
  return lines;
}

void LogReader::finish(RowReader& reader) {
  if (layout_ == Layout::log) {
    for (const Call& call : log_.finish()) reader.take(call, kServerLog, {}, last_line_);
  } else if (layout_ == Layout::vllm_log) {
    for (const Call& call : vllm_.finish()) reader.take(call, kVllmLog, {}, last_line_);
  } else {
    for (const Call& call : metrics_.finish()) reader.take(call, kVllmMetrics, {}, last_line_);
  }
}

i64 PieceReader::read_csv(std::string_view text) {
  i64 lines = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = csv_record_end(text, at, shape_->header.delimiter, AtEnd::yes);
    const std::string_view record = text.substr(at, end - at);
    if (!trimmed(record).empty()) read_csv_record(record, lines + 1);
    at = std::min(end + 1, text.size());
    lines += line_ends(record) + (end < text.size() ? 1 : 0);
  }
  return lines;
}

// "16.000" as its column has it.
std::string_view PieceReader::without_zeros(std::string_view cell, Zeros zeros) {
  if (zeros == Zeros::fraction) return cell.substr(0, cell.size() - 4);
  auto whole = zeros == Zeros::group ? without_dots(trimmed(cell)) : std::nullopt;
  return whole ? scratch_.keep(std::move(*whole)) : cell;
}

void PieceReader::read_csv_record(std::string_view record, i64 line) {
  scratch_.clear();
  const CsvHeader& header = shape_->header;
  const bool well_formed = split_csv(record, header.delimiter, scratch_, cells_);
  if (!well_formed || cells_.size() != header.columns.size()) {
    return reader_->skip(Reason::bad_csv, record, line);
  }
  Fields& fields = reader_->fields();
  fields.clear();
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    const std::string& column = header.columns[i];
    const Fields::Wanted wanted = fields.wants(column);
    std::string_view cell = cells_[i];
    if (wanted && cell.ends_with(".000") && i < header.zeros.size())
      cell = without_zeros(cell, header.zeros[i]);
    fields.put(column, wanted, Value::bare(cell));
  }
  reader_->read_fields(record, line);
}

}  // namespace ctxcap::ingest
