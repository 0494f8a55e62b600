#include "ingest/layouts.hpp"

#include <algorithm>
#include <cstring>

#include "ingest/formats/all.hpp"

namespace ctxcap::ingest {
namespace {

i64 line_ends(std::string_view text) {
  return std::count(text.begin(), text.end(), '\n');
}

std::size_t line_end(std::string_view text, std::size_t at) {
  const void* found = at < text.size() ? std::memchr(text.data() + at, '\n', text.size() - at) : nullptr;
  return found == nullptr ? kNoEnd : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

}  // namespace

void read_lines(std::string_view text, RowReader& reader, Tally& tally) {
  reader.begin(tally, text);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = line_end(text, at);
    reader.read(text.substr(at, std::min(end, text.size()) - at), tally.lines + 1);
    if (end == kNoEnd) return;
    ++tally.lines;
    at = end + 1;
  }
}

namespace {

// A document that never ends: what it swallowed may be lines. Those that open an object are read as such, the
// rest is part of the one bad document.
void salvage_lines(std::string_view text, RowReader& reader, Tally& tally) {
  reader.skip(Reason::bad_json, text.substr(0, line_end(text, 0)), tally.lines + 1);
  for (std::size_t end = line_end(text, 0); end != kNoEnd; end = line_end(text, end + 1)) {
    ++tally.lines;
    const std::size_t begin = end + 1;
    if (begin < text.size() && text[begin] == '{') {
      const std::size_t next = std::min(line_end(text, begin), text.size());
      reader.read(text.substr(begin, next - begin), tally.lines + 1);
    }
  }
}

}  // namespace

std::size_t DocumentCutter::read(std::string_view text, AtEnd at_end, RowReader& reader, Tally& tally) {
  reader.begin(tally, text);
  std::size_t used = 0;  // everything before has been counted in tally.lines
  const auto use = [&](std::size_t to) {
    tally.lines += line_ends(text.substr(used, to - used));
    used = to;
  };
  for (;;) {
    std::size_t at = skip_space(text, used);
    while (at < text.size() && text[at] == ',') at = skip_space(text, at + 1);
    use(at);
    if (at == text.size()) return used;
    if (text[at] == (in_array_ ? ']' : '[')) {
      in_array_ = !in_array_;
      use(at + 1);
      continue;
    }
    const bool is_nest = text[at] == '{' || text[at] == '[';
    // What is no object ends with its line; so does anything that stands outside of an array.
    const std::size_t end = is_nest ? skip_value(text, at) : line_end(text, at);
    if (end == kNoEnd && at_end == AtEnd::no) return used;
    if (end == kNoEnd && is_nest) {
      salvage_lines(text.substr(at), reader, tally);
      return text.size();
    }
    const std::size_t value_end = std::min(end, text.size());
    reader.read(text.substr(at, value_end - at), tally.lines + 1);
    use(value_end);
  }
}

std::size_t LogCutter::read(std::string_view text, AtEnd at_end, RowReader& reader, Tally& tally) {
  reader.begin(tally, text);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = line_end(text, at);
    if (end == kNoEnd && at_end == AtEnd::no) return at;
    const std::size_t stop = std::min(end, text.size());
    const std::string_view line = text.substr(at, stop - at);
    if (const auto call = log_.line(line)) reader.take(*call, kLlamaCppLog, line, tally.lines + 1);
    if (end == kNoEnd) return stop;
    ++tally.lines;
    at = end + 1;
  }
  return text.size();
}

std::size_t CsvCutter::read(std::string_view text, AtEnd at_end, RowReader& reader, Tally& tally) {
  reader.begin(tally, text);
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = csv_record_end(text, at, at_end);
    if (end == kNoEnd) return at;
    const std::string_view record = text.substr(at, end - at);
    if (!trimmed(record).empty()) read_record(record, tally.lines + 1, reader);
    at = std::min(end + 1, text.size());
    tally.lines += line_ends(record) + (end < text.size() ? 1 : 0);
  }
  return at;
}

void CsvCutter::read_record(std::string_view record, i64 line, RowReader& reader) {
  scratch_.clear();
  const bool well_formed = split_csv(record, header_.delimiter, scratch_, cells_);
  if (!well_formed || cells_.size() != header_.columns.size())
    return reader.skip(Reason::bad_csv, record, line);
  Fields& fields = reader.fields();
  fields.clear();
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    const std::string& column = header_.columns[i];
    const Fields::Wanted wanted = fields.wants(column);
    if (wanted) fields.put(column, wanted, Value::bare(cells_[i]));
    if (wanted.metric) fields.note_metric();
  }
  reader.read_fields(record, line);
}

}  // namespace ctxcap::ingest
