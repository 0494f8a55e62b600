#include "sources/langfuse_rows.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/time.hpp"
#include "sources/json_scan.hpp"

namespace ctxcap::sources {
namespace {

i64 micros(std::string_view value) {
  const auto time = parse_time(string_inside(value));
  return time ? time->micros : 0;
}

i64 integer(std::string_view value) {
  i64 number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  return error == std::errc() && end == value.data() + value.size() ? number : 0;
}

bool is_body(std::string_view key) {
  return key == "input" || key == "output" || key == "metadata";
}

void append_member(std::string& row, std::string_view key, std::string_view value) {
  if (row.size() > 1) row += ',';
  row.append("\"").append(key).append("\":").append(value);
}

// A line end can only stand between values.
std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return text;
}

}  // namespace

std::optional<LangfuseRow> read_langfuse_row(std::string_view object) {
  LangfuseRow row{.text = object};
  const bool whole = each_member(object, [&](std::string_view key, std::string_view value) {
    if (key == "id")
      row.id = string_inside(value);
    else if (key == "traceId")
      row.trace = string_inside(value);
    else if (key == "parentObservationId")
      row.parent = string_inside(value);
    else if (key == "name")
      row.name = value == "null" ? "" : value;
    else if (key == "traceName")
      row.trace_name = value == "null" || value == "\"\"" ? "" : value;
    else if (key == "type")
      row.type = string_inside(value);
    else if (key == "environment")
      row.environment = string_inside(value);
    else if (key == "startTime" || key == "timestamp")
      row.start = micros(value);
    else if (key == "updatedAt")
      row.updated = micros(value);
    else if (key == "tags")
      row.tags = value == "null" || value == "[]" ? "" : value;
    else if (key == "usageDetails")
      row.usage = value;
    else if ((key == "modelId" || key == "internalModelId") && !string_inside(value).empty())
      row.model_id = string_inside(value);
    else if (is_body(key))
      row.has_bodies = true;
  });
  if (!whole || row.id.empty()) return std::nullopt;
  return row;
}

std::optional<LangfusePage> read_langfuse_page(std::string_view body) {
  LangfusePage page;
  bool has_data = false, has_meta = false, objects = true;
  const bool whole = each_member(body, [&](std::string_view key, std::string_view value) {
    if (key == "data") {
      has_data = each_element(value, [&](std::string_view row) {
        objects = objects && row.front() == '{';
        page.rows.push_back(row);
      });
    } else if (key == "meta") {
      has_meta = each_member(value, [&](std::string_view name, std::string_view part) {
        if (name == "cursor") page.cursor = unescaped(part);
        if (name == "totalPages") page.total_pages = integer(part);
        if (name == "totalItems") page.total_items = integer(part);
      });
    }
  });
  if (!whole || !has_data || !has_meta || !objects) return std::nullopt;
  return page;
}

std::string without_bodies(std::string_view row, bool lengths) {
  std::string kept = "{";
  kept.reserve(row.size());
  each_member(row, [&](std::string_view key, std::string_view value) {
    if (!is_body(key)) return append_member(kept, key, value);
    if (lengths && key != "metadata")
      append_member(kept, std::string(key) + "Length", std::to_string(length_of(value)));
  });
  kept += '}';
  return one_line(std::move(kept));
}

std::string trace_as_root(std::string_view trace) {
  std::string root = "{", id, name = "null", tags = "[]", time = "null", updated = "null";
  each_member(trace, [&](std::string_view key, std::string_view value) {
    if (key == "id") id = string_inside(value);
    if (key == "name") name = value;
    if (key == "tags") tags = value;
    if (key == "timestamp") time = value;
    if (key == "updatedAt") updated = value;
  });
  append_member(root, "id", "\"t-" + id + "\"");
  append_member(root, "traceId", "\"" + id + "\"");
  append_member(root, "parentObservationId", "null");
  append_member(root, "type", "\"SPAN\"");
  append_member(root, "name", name);
  append_member(root, "traceName", name);
  append_member(root, "startTime", time);
  append_member(root, "updatedAt", updated);
  append_member(root, "tags", tags);
  root += '}';
  return one_line(std::move(root));
}

std::string with_members(std::string_view row,
                         const std::map<std::string, std::string, std::less<>>& members) {
  std::string joined = "{";
  joined.reserve(row.size() + 200);
  // What stays is copied in runs, as it stands.
  const char *begin = nullptr, *end = nullptr;
  const auto end_run = [&] {
    if (begin == nullptr) return;
    if (joined.size() > 1) joined += ',';
    joined.append(std::exchange(begin, nullptr), end);
  };
  each_member(row, [&](std::string_view key, std::string_view value) {
    if (members.contains(key)) return end_run();
    if (begin == nullptr) begin = key.data() - 1;
    end = value.data() + value.size();
  });
  end_run();
  for (const auto& [key, value] : members) append_member(joined, key, value);
  joined += '}';
  return joined;
}

bool may_be_estimated(const LangfuseRow& row) {
  if (row.model_id.empty()) return false;
  bool any = false, plain = true;
  each_member(row.usage, [&](std::string_view key, std::string_view) {
    any = true;
    plain = plain && (key == "input" || key == "output" || key == "total");
  });
  return any && plain;
}

}  // namespace ctxcap::sources
