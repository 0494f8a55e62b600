#include "history/smi_log.hpp"

#include <algorithm>
#include <optional>

#include "base/text.hpp"
#include "base/units.hpp"

namespace ctxcap::history {
namespace {

// "memory.used [MiB]" -> "memory.used"; where fields stand. A process's name may hold commas.
struct Columns {
  std::vector<std::string> names;

  std::optional<std::size_t> of(std::string_view name) const {
    const auto at = std::find(names.begin(), names.end(), name);
    return at == names.end() ? std::nullopt : std::optional(static_cast<std::size_t>(at - names.begin()));
  }
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\r')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

Columns columns_of(std::string_view header) {
  Columns columns;
  for (const std::string_view cell : split(header, ',')) {
    const std::string_view name = trimmed(cell.substr(0, cell.find('[')));
    columns.names.emplace_back(name == "used_memory" ? "used_gpu_memory"
                               : name == "name"      ? "process_name"
                                                     : name);
  }
  // Of a log of the card, "name" is the card's.
  const bool processes = columns.of("pid") || columns.of("used_gpu_memory");
  for (std::string& name : columns.names) {
    if (!processes && name == "process_name") name = "gpu_name";
  }
  return columns;
}

bool is_header(std::string_view line) {
  return line.find("timestamp") == 0 || line.find(", memory.") != line.npos ||
         line.find("used_gpu_memory") != line.npos || line.find("used_memory") != line.npos ||
         line.find("max_memory_usage") != line.npos;
}

// Cells of one line: those before the process's name from the left, those behind it from the right.
std::vector<std::string_view> cells_of(std::string_view line, const Columns& columns) {
  std::vector<std::string_view> cells = split(line, ',');
  const auto name = columns.of("process_name");
  const std::size_t wanted = columns.names.size();
  if (!name || cells.size() <= wanted) return cells;
  const std::size_t more = cells.size() - wanted;
  const char* begin = cells[*name].data();
  const std::string_view last = cells[*name + more];
  cells[*name] = {begin, static_cast<std::size_t>(last.data() + last.size() - begin)};
  const auto first = cells.begin() + static_cast<std::ptrdiff_t>(*name) + 1;
  cells.erase(first, first + static_cast<std::ptrdiff_t>(more));
  return cells;
}

// "1474 MiB", or with nounits "1474"; anything else is unknown.
std::optional<Bytes> mebibytes(std::string_view cell) {
  cell = trimmed(cell);
  if (cell.ends_with(" MiB")) cell.remove_suffix(4);
  const auto number = parse_integer(cell);
  if (!number || *number < 0 || *number > (INT64_MAX >> 20)) return std::nullopt;
  return *number << 20;
}

// "2026/11/15 02:32:20.860", of the host's clock on the wall.
std::optional<Instant> time_of(std::string_view cell, const std::function<i64(Instant)>& zone) {
  std::string text(trimmed(cell));
  if (text.size() < 19 || text[4] != '/' || text[7] != '/') return std::nullopt;
  text[4] = text[7] = '-';
  const auto as_utc = parse_time(text);
  if (!as_utc) return std::nullopt;
  return Instant{as_utc->micros - zone(*as_utc) * kMicrosPerMinute};
}

class Reader {
 public:
  Reader(const std::function<i64(Instant)>& zone, Joined& into) : zone_(zone), into_(into) {}

  bool line(std::string_view text) {
    if (text.empty()) return true;
    if (is_header(text)) {
      columns_ = columns_of(text);
      return true;
    }
    if (columns_.names.empty()) return text.starts_with("$ ");  // the command that printed it
    const auto cells = cells_of(text, columns_);
    const auto cell = [&](std::string_view name) -> std::string_view {
      const auto at = columns_.of(name);
      return at && *at < cells.size() ? trimmed(cells[*at]) : std::string_view();
    };
    const auto pid = parse_integer(cell("pid"));
    if (columns_.of("max_memory_usage")) {
      const auto bytes = mebibytes(cell("max_memory_usage"));
      if (bytes && *bytes > 0 && pid)
        into_.account(std::string(cell("gpu_uuid")), *pid, *bytes);  // 0: unknown
      return true;
    }
    const auto at = time_of(cell("timestamp"), zone_);
    if (!at && !columns_.of("timestamp") && columns_.of("memory.total")) tell_card(cell);
    if (!at) return true;  // a line that was being written, or an error text of the driver
    if (columns_.of("process_name") || columns_.of("pid")) {
      const auto bytes = mebibytes(cell("used_gpu_memory"));
      if (bytes)
        into_.held(std::string(cell("gpu_uuid")), *at, tenant_of_process(cell("process_name")),
                   pid.value_or(0), *bytes);
    } else {
      into_.used(tell_card(cell), *at, mebibytes(cell("memory.used")));
    }
    return true;
  }

 private:
  // Its uuid.
  template <class Cell>
  std::string tell_card(const Cell& cell) {
    CardFacts facts{.index = parse_integer(cell("index")).value_or(0), .uuid = std::string(cell("uuid"))};
    facts.name = printable(cell("gpu_name"), 60);
    facts.total = mebibytes(cell("memory.total"));
    facts.reserved = mebibytes(cell("memory.reserved"));
    into_.card(facts);
    return facts.uuid;
  }

  const std::function<i64(Instant)>& zone_;
  Joined& into_;
  Columns columns_;
};

}  // namespace

Status read_smi_log(std::string_view bytes, const std::string& path, const std::function<i64(Instant)>& zone,
                    Joined& into) {
  Reader reader(zone, into);
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view line = trimmed(bytes.substr(0, end));
    if (!reader.line(line)) {
      return fail({.kind = ErrorKind::usage,
                   .what = printable(path) + " is not a log of nvidia-smi",
                   .why = "its first line does not name the columns",
                   .hint =
                       "nvidia-smi --query-gpu=timestamp,index,uuid,memory.total,memory.reserved,memory.used "
                       "--format=csv -l 10"});
    }
    if (end == bytes.npos) break;
    bytes.remove_prefix(end + 1);
  }
  return {};
}

}  // namespace ctxcap::history
