#include "ingest/shape.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "ingest/formats.hpp"
#include "ingest/formats/message_stream.hpp"
#include "ingest/formats/server_log.hpp"
#include "ingest/formats/server_log/envelope.hpp"
#include "ingest/formats/vllm/log.hpp"

namespace ctxcap::ingest {
namespace {

constexpr std::size_t kLook = 4096;              // bytes that are searched for signs of a binary file
constexpr std::size_t kLongestHeader = 1 << 20;  // bytes; nobody has such a CSV header

struct Magic {
  std::string_view bytes;
  std::string_view what;
  std::string_view hint;  // {} is the source
};

using namespace std::string_view_literals;
constexpr std::array<Magic, 10> kMagics{{
    {"\x1f\x8b"sv, "it is compressed with gzip", "zcat {} | ctxcap analyze --traces -"},
    {"\x28\xb5\x2f\xfd"sv, "it is compressed with zstd", "zstd -dc {} | ctxcap analyze --traces -"},
    {"BZh"sv, "it is compressed with bzip2", "bzcat {} | ctxcap analyze --traces -"},
    {"\xfd\x37zXZ\0"sv, "it is compressed with xz", "xzcat {} | ctxcap analyze --traces -"},
    {"PK\x03\x04"sv, "it is a zip archive", "unzip -p {} | ctxcap analyze --traces -"},
    {"PAR1"sv, "it is a Parquet file", "export the table as JSONL or CSV"},
    {"SQLite format 3\0"sv, "it is an SQLite database", "name the file itself, not a pipe of it"},
    {"\xff\xfe"sv, "it is UTF-16 text", "iconv -f UTF-16 -t UTF-8 {} | ctxcap analyze --traces -"},
    {"\xfe\xff"sv, "it is UTF-16 text", "iconv -f UTF-16 -t UTF-8 {} | ctxcap analyze --traces -"},
    {"%PDF"sv, "it is a PDF document", "ctxcap reads JSONL, JSON and CSV"},
}};

Error no_traces(std::string_view source, std::string why, std::string_view hint) {
  std::string filled(hint);
  if (const std::size_t at = filled.find("{}"); at != std::string::npos) filled.replace(at, 2, source);
  return {.kind = ErrorKind::usage,
          .what = fmt::format("'{}' is not a trace file", source),
          .why = std::move(why),
          .hint = std::move(filled)};
}

// nullopt: nothing speaks against text.
std::optional<Error> binary_error(std::string_view text, std::string_view source) {
  for (const Magic& magic : kMagics) {
    if (text.starts_with(magic.bytes)) return no_traces(source, std::string(magic.what), magic.hint);
  }
  const std::size_t nul = text.substr(0, kLook).find('\0');
  if (nul == std::string_view::npos) return std::nullopt;
  return no_traces(source, fmt::format("byte {} is NUL: this is a binary file", nul + 1),
                   "ctxcap reads JSONL, JSON and CSV, also from a pipe: --traces -");
}

// Text that people take for a log of calls, told by what stands in its beginning.
struct TextKind {
  std::string_view sign;
  bool at_start = false;
  std::string_view what;
  std::string_view hint;
};

constexpr std::string_view kLogCalls =
    "log the calls themselves, for example with LiteLLM or OpenTelemetry; ctxcap formats lists what can be "
    "read";
constexpr std::string_view kPrometheus = "these are Prometheus metrics: sums over calls, not calls";
constexpr std::string_view kWebPage = "it is a web page";
constexpr std::string_view kAskApi =
    "save what the API answers, not the page: ctxcap formats lists what can be read";
constexpr std::string_view kModelfile = "it is a Modelfile: it describes a model and holds no calls";
constexpr std::string_view kGiveShow = "ctxcap inspect MODEL tells about a model; traces are logs of calls";
constexpr std::array<TextKind, 18> kTextKinds{{
    {"CtxLimit:", false, "it is the console of KoboldCpp, which is not read",
     "log the answers of its API (/v1/chat/completions), which have \"usage\""},
    {"Output generated in ", false, "it is the console of text-generation-webui, which is not read",
     "log the answers of its API (/v1/chat/completions), which have \"usage\""},
    {"prompt eval count:", false, "it is what `ollama run --verbose` prints, which is not read",
     "log the answers of the API (/api/chat, /api/generate)"},
    {"-+-", false, "it is a table as psql prints it", "have psql write CSV: psql --csv -c 'select ...'"},
    {"prompt_tokens=", false, "it is logfmt (key=value), which is not read",
     "have the logger write JSON, one object a line"},
    {"eval_count=", false, "it is logfmt (key=value), which is not read",
     "have the logger write JSON, one object a line"},
    {"# HELP ", true, kPrometheus, kLogCalls},
    {"# TYPE ", true, kPrometheus, kLogCalls},
    {"<!DOCTYPE", true, kWebPage, kAskApi},
    {"<!doctype", true, kWebPage, kAskApi},
    {"<html", true, kWebPage, kAskApi},
    {"<?xml", true, "it is XML", kAskApi},
    {"FROM ", true, kModelfile, kGiveShow},
    {"# Modelfile", true, kModelfile, kGiveShow},
    {"[GIN] ", false, "it is Ollama's access log: it holds no token counts", kLogCalls},
    {" HTTP/1.1\" ", false, "it is an access log: it holds no token counts", kLogCalls},
    {" HTTP/1.0\" ", false, "it is an access log: it holds no token counts", kLogCalls},
    {" HTTP/2.0\" ", false, "it is an access log: it holds no token counts", kLogCalls},
}};

const TextKind* kind_of_text(std::string_view beginning) {
  for (const TextKind& kind : kTextKinds) {
    if (kind.at_start ? beginning.starts_with(kind.sign)
                      : beginning.find(kind.sign) != std::string_view::npos)
      return &kind;
  }
  return nullptr;
}

bool string_is_open(std::string_view line) {
  for (std::size_t at = line.find('"'); at != kNoEnd; at = line.find('"', at)) {
    at = skip_string(line, at);
    if (at == kNoEnd) return true;
  }
  return false;
}

// The input starts with '{' at `at`. A first line that does not end its object opens a document, unless the
// next line opens an object too: then it is a broken line among others.
std::optional<Layout> layout_of_object(std::string_view text, std::size_t at, AtEnd at_end) {
  const std::size_t line_end = text.find('\n', at);
  if (line_end == kNoEnd && at_end == AtEnd::no) return std::nullopt;
  const std::string_view line = trimmed(text.substr(at, std::min(line_end, text.size()) - at));
  if (skip_value(line, 0) != kNoEnd || string_is_open(line)) return Layout::lines;
  const std::size_t next = skip_space(text, line_end == kNoEnd ? text.size() : line_end);
  if (next == text.size()) return at_end == AtEnd::yes ? std::optional(Layout::lines) : std::nullopt;
  const bool next_opens = text[next] == '{' && text[next - 1] == '\n' && !line.ends_with('[');
  return next_opens ? Layout::lines : Layout::documents;
}

bool is_column_name(std::string_view cell) {
  return !cell.empty() && cell.size() <= 64 && cell.find_first_of("{}[]\\:\t\n") == std::string_view::npos;
}

// A first row that holds no names may hold somebody's prompt, and is not shown.
bool is_safe_to_show(const std::string& column) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto is_part = [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || std::string_view(" .-/()").find(c) != kNoEnd;
  };
  return !column.empty() && column.size() <= 40 && is_letter(column.front()) &&
         std::all_of(column.begin(), column.end(), is_part);
}

std::string columns_of(const CsvHeader& header) {
  const std::vector<std::string>& names = header.columns;
  if (std::all_of(names.begin(), names.end(), is_safe_to_show))
    return fmt::format("its columns are: {}", printable(join(names, ", "), 120));
  return fmt::format("its first line has {} columns, and does not look like their names", names.size());
}

// What columns have behind their dots, as far as the input's beginning shows.
std::vector<Zeros> zeros_in(std::string_view rows, const CsvHeader& header) {
  std::vector<Zeros> found(header.columns.size());
  Scratch scratch;
  std::vector<std::string_view> cells;
  for (std::size_t at = 0; at < rows.size();) {
    const std::size_t end = csv_record_end(rows, at, header.delimiter, AtEnd::no);
    if (end == kNoEnd) break;
    const bool is_whole = split_csv(rows.substr(at, end - at), header.delimiter, scratch, cells);
    for (std::size_t i = 0; is_whole && i < std::min(cells.size(), found.size()); ++i) {
      const Zeros zeros = zeros_of(trimmed(cells[i]));
      if (zeros == Zeros::group || found[i] == Zeros::open) found[i] = zeros;
    }
    at = end + 1;
  }
  return found;
}

struct Header {
  CsvHeader csv;
  bool is_known = false;  // a format reads rows with these columns
  bool looks_like_csv = false;
};

Header header_with(char delimiter, std::string_view line, const Mapping& mapping) {
  Header header;
  header.csv.delimiter = delimiter;
  Scratch scratch;
  std::vector<std::string_view> cells;
  if (!split_csv(line, delimiter, scratch, cells)) return header;
  Fields fields(mapping);
  header.looks_like_csv = cells.size() > 1;
  for (const std::string_view cell : cells) {
    const std::string_view name = trimmed(cell);
    header.csv.columns.emplace_back(name);
    header.looks_like_csv = header.looks_like_csv && is_column_name(name);
    Fields::Wanted wanted = fields.wants(name);
    wanted.metric = false;  // that these are no calls is said of the rows
    fields.put(name, wanted, Value::bare({}));
  }
  const Format* const format = find_format(fields);
  header.is_known = format != nullptr && format->name != "no-calls";
  return header;
}

// "[GIN] 2026/11/29 ...", "[44067] slot ...", "[2026-09-02 16:53:00] srv ...": brackets, and words behind
// them.
bool is_prefix_of_line(std::string_view text) {
  const std::size_t end = text.find_first_of("]\n{\",", 1);
  if (end == kNoEnd || text[end] != ']' || end + 2 >= text.size() || text[end + 1] != ' ') return false;
  const char next = text[end + 2];
  return (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') || (next >= '0' && next <= '9') ||
         next == '[';
}

// A server's log may begin with anything: lines of access while nothing was asked, or the middle of a line.
// So much of it is searched for a line that tells.
constexpr std::size_t kLookForLog = std::size_t{64} << 20;

enum class Found { yes, no, needs_more };

Found server_log_in(std::string_view text, AtEnd at_end) {
  if (is_server_log(text.substr(0, kLookForLog))) return Found::yes;
  return text.size() >= kLookForLog || at_end == AtEnd::yes ? Found::no : Found::needs_more;
}

// The lines of a log, each in the object that docker, the journal or Loki put around it. What the objects
// hold may be rows as well: then they are lines of JSON, and those unwrap themselves.
Found wrapped_log_at(std::string_view text, std::size_t at, AtEnd at_end) {
  const std::size_t end = text.find('\n', at);
  const std::string_view first = trimmed(text.substr(at, std::min(end, text.size()) - at));
  if (end == kNoEnd && at_end == AtEnd::no) return Found::needs_more;
  if (!server_log::is_envelope(first)) return Found::no;
  const std::string_view most = text.substr(0, kLookForLog);
  Scratch scratch;
  for (std::size_t found = find_server_log(most, at); found != kNoEnd;) {
    const std::size_t begin = most.rfind('\n', found) + 1;  // npos + 1 is 0
    const std::size_t line_end = std::min(most.find('\n', found), most.size());
    scratch.clear();
    const server_log::Line line = server_log::unwrapped(most.substr(begin, line_end - begin), scratch);
    if (is_server_log(line.text)) return Found::yes;
    found = find_server_log(most, line_end);
  }
  return server_log_in({}, text.size() >= kLookForLog ? AtEnd::yes : at_end);
}

// Arrays of such objects, and what Loki's API answers, hold the log in one line of their own, or in a
// document that was made pretty.
Found nested_log_at(std::string_view text, std::size_t at, AtEnd at_end, bool& is_spread) {
  const std::string_view most = text.substr(0, kLookForLog);
  at_end = most.size() < text.size() || most.size() == kLookForLog ? AtEnd::yes : at_end;
  if (most[at] == '[') {
    const std::size_t first = skip_space(most, at + 1);
    const std::size_t end = first < most.size() && most[first] == '{' ? skip_value(most, first) : first;
    if (end == kNoEnd && at_end == AtEnd::no) return Found::needs_more;
    if (end == kNoEnd || !server_log::is_envelope(most.substr(first, end - first))) return Found::no;
  } else {
    const std::string_view beginning = most.substr(at, kLook);
    const bool is_loki = beginning.find("\"stream\"") != kNoEnd || beginning.find("\"streams\"") != kNoEnd;
    if (!is_loki || beginning.find("\"values\"") == kNoEnd) return Found::no;
  }
  const std::size_t value_end = skip_value(most, at);
  std::size_t end = most.find('\n', at);
  if ((end == kNoEnd || value_end == kNoEnd) && at_end == AtEnd::no) return Found::needs_more;
  is_spread = value_end != kNoEnd && end < value_end;
  if (is_spread) end = value_end;
  const std::string_view line = most.substr(at, std::min(end, most.size()) - at);
  if (find_server_log(line, 0) == kNoEnd) return Found::no;
  Scratch scratch;
  const std::vector<server_log::Line> lines = server_log::lines_in(line, scratch);
  const bool is_log = std::any_of(lines.begin(), lines.end(),
                                  [](const server_log::Line& one) { return is_server_log(one.text); });
  return is_log ? Found::yes : Found::no;
}

Result<std::optional<Shape>> shape_of_text(std::string_view text, std::size_t at, AtEnd at_end,
                                           std::string_view source, const Mapping& mapping) {
  const bool is_long = text.size() - at >= kLongestHeader;
  const std::string_view most = text.substr(0, at + kLongestHeader);
  std::optional<Header> candidate;
  std::size_t end = kNoEnd;  // of the candidate, or of the line where there is none
  for (const char delimiter : {',', ';', '\t'}) {
    const std::size_t its_end = csv_record_end(most, at, delimiter, is_long ? AtEnd::yes : at_end);
    if (its_end == kNoEnd) return std::nullopt;
    if (its_end - at >= kLongestHeader) return Shape{.layout = Layout::lines, .begin = at};
    Header header = header_with(delimiter, text.substr(at, its_end - at), mapping);
    if (header.is_known) {
      const std::string_view beginning = text.substr(0, kLook);  // for short inputs all there is
      header.csv.zeros = zeros_in(beginning.substr(std::min(its_end + 1, beginning.size())), header.csv);
      return Shape{.layout = Layout::csv,
                   .header = std::move(header.csv),
                   .begin = std::min(its_end + 1, text.size())};
    }
    const bool is_candidate = header.looks_like_csv && !candidate;
    if (is_candidate) candidate = std::move(header);
    if (is_candidate || end == kNoEnd) end = its_end;
  }
  const std::size_t next = skip_space(text, end);
  if (next == text.size() && at_end == AtEnd::no) return std::nullopt;
  const bool json_follows = next < text.size() && (text[next] == '{' || text[next] == '[');
  if (candidate && !json_follows) {
    return fail({.kind = ErrorKind::usage,
                 .what = fmt::format("cannot tell which column of '{}' holds the prompt tokens", source),
                 .why = columns_of(candidate->csv),
                 .hint = "--map prompt=COLUMN,generation=COLUMN"});
  }
  return Shape{.layout = Layout::lines, .begin = at};
}

}  // namespace

Result<std::optional<Shape>> shape_of(std::string_view text, AtEnd at_end, std::string_view source,
                                      const Mapping& mapping) {
  if (text.size() < kLook && at_end == AtEnd::no) return std::nullopt;
  if (auto error = binary_error(text, source)) return fail(std::move(*error));
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  const std::size_t begin = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  const std::size_t at = skip_space(text, begin);
  if (at == text.size()) {
    if (at_end == AtEnd::no) return std::nullopt;
    return Shape{.begin = begin};
  }
  if (is_message_stream(text.substr(at, kLook))) return Shape{.layout = Layout::events, .begin = begin};
  const bool is_json = text[at] == '{' || (text[at] == '[' && !is_prefix_of_line(text.substr(at)));
  if (!is_json) {
    if (text.size() - at < kLook && at_end == AtEnd::no) return std::nullopt;
    const std::string_view beginning = text.substr(at, kLook);
    if (is_server_log(beginning)) return Shape{.layout = Layout::log, .begin = begin};
    const bool is_metrics = beginning.starts_with("# HELP ") || beginning.starts_with("# TYPE ") ||
                            beginning.starts_with("vllm:");
    if (is_metrics && text.substr(at, kLongestHeader).find("vllm:request_prompt_tokens") != kNoEnd)
      return Shape{.layout = Layout::vllm_metrics, .begin = begin};
    if (vllm::is_log(beginning) && beginning.find("\n{") == kNoEnd)
      return Shape{.layout = Layout::vllm_log, .begin = begin};
    if (beginning.find("[GIN] ") != std::string_view::npos || beginning.find(" level=INFO ") != kNoEnd) {
      const Found found = server_log_in(text, at_end);
      if (found == Found::needs_more) return std::nullopt;
      if (found == Found::yes) return Shape{.layout = Layout::log, .begin = begin};
    }
    // Text with a line of JSON in it may be calls that somebody else's words stand around.
    const TextKind* const kind = kind_of_text(beginning);
    if (kind != nullptr && beginning.find("\n{") == std::string_view::npos)
      return fail(no_traces(source, std::string(kind->what), kind->hint));
  }
  if (text[at] == '{') {
    const Found found = wrapped_log_at(text, at, at_end);
    if (found == Found::needs_more) return std::nullopt;
    if (found == Found::yes) return Shape{.layout = Layout::log, .begin = begin};
  }
  if (is_json) {
    bool is_spread = false;
    const Found found = nested_log_at(text, at, at_end, is_spread);
    if (found == Found::needs_more) return std::nullopt;
    if (found == Found::yes)
      return Shape{.layout = Layout::log, .begin = begin, .is_nested = true, .is_spread = is_spread};
  }
  if (text[at] == '[') return Shape{.layout = Layout::documents, .begin = begin};
  if (text[at] != '{') return shape_of_text(text, at, at_end, source, mapping);
  const std::optional<Layout> layout = layout_of_object(text, at, at_end);
  if (!layout) return std::nullopt;
  return Shape{.layout = *layout, .begin = begin};
}

}  // namespace ctxcap::ingest
