#include "sources/langfuse/rows.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <utility>

#include "base/name_table.hpp"
#include "data/refusal.hpp"
#include "sources/langfuse/json_scan.hpp"

namespace ctxcap::sources::langfuse {
namespace {

// What a reader of these files asks for, and what a pull needs to go on. Whatever else there is, now or
// later, may be anybody's text, key or name.
constexpr auto kKept = std::to_array<std::string_view>({
    "completionTokens",
    "createdAt",
    "environment",
    "event_ts",
    "id",
    "inputLength",
    "inputUsage",
    "internalModelId",
    "isRootObservation",
    "is_deleted",
    "latencyMs",
    "level",
    "model",
    "modelId",
    "modelName",
    "name",
    "outputLength",
    "outputUsage",
    "parentObservationId",
    "projectId",
    "promptName",
    "promptTokens",
    "providedModelName",
    "providedUsageDetails",
    "startTime",
    "tags",
    "timestamp",
    "tokenizerId",
    "totalTokens",
    "totalUsage",
    "traceId",
    "traceName",
    "traceTags",
    "type",
    "unit",
    "updatedAt",
    "usage",
    "usageDetails",
});
constexpr auto kKeptParameters =
    std::to_array<std::string_view>({"max_output_tokens", "max_tokens", "num_ctx", "num_predict"});

constexpr std::string_view kept_at(std::size_t i) {
  return kKept[i];
}
constexpr NameTable<256> kKeptTable(kKept.size(), kept_at);

bool is_limit(std::string_view key) {
  return std::find(kKeptParameters.begin(), kKeptParameters.end(), key) != kKeptParameters.end();
}

bool is_number(std::string_view value) {
  if (value.size() > 1 && value.front() == '"' && value.back() == '"')
    value = value.substr(1, value.size() - 2);
  return !value.empty() && value.find_first_not_of("-0123456789.eE+") == std::string_view::npos;
}

void append_member(std::string& row, std::string_view key, std::string_view value) {
  if (row.size() > 1) row += ',';
  row += '"';
  row.append(key).append("\":", 2).append(value);
}

// A line end can only stand between values.
std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return text;
}

}  // namespace

bool is_given(std::string_view value) {
  // There are many of them, and comparing known sizes needs no call.
  switch (value.size()) {
    case 0:
      return false;
    case 2:
      return std::memcmp(value.data(), "\"\"", 2) != 0 && std::memcmp(value.data(), "[]", 2) != 0;
    case 4:
      return std::memcmp(value.data(), "null", 4) != 0;
    default:
      return true;
  }
}

std::string_view job_of(const Row& row) {
  return is_given(row.trace_name) ? row.trace_name : is_given(row.name) ? row.name : std::string_view();
}

namespace {

// The limits that a call asked for, which are numbers; Ollama's own in their place.
std::string needed_parameters(std::string_view parameters) {
  const std::string text = parameters.starts_with('"') ? unescaped(parameters) : std::string(parameters);
  std::string kept = "{", options = "{";
  each_member(text, [&](std::string_view key, std::string_view value) {
    if (is_limit(key) && is_number(value)) append_member(kept, key, value);
    if (key != "options") return;
    each_member(value, [&](std::string_view name, std::string_view option) {
      if (is_limit(name) && is_number(option)) append_member(options, name, option);
    });
  });
  if (options.size() > 1) append_member(kept, "options", options + "}");
  return kept + "}";
}

}  // namespace

std::string needed_of(std::string_view row, bool lengths) {
  std::string kept = "{";
  kept.reserve(row.size());
  each_member(row, [&](std::string_view key, std::string_view value) {
    if (kKeptTable.find(key, kept_at)) return append_member(kept, key, value);
    if (key == "modelParameters" && is_given(value))
      return append_member(kept, key, needed_parameters(value));
    if (key == "statusMessage" && is_given(value)) {
      const auto refusal = refusal_of(unescaped(value));
      if (refusal) append_member(kept, key, json_string(text_of(*refusal)));
    }
    if (lengths && (key == "input" || key == "output"))
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

void append_with_members(std::string& text, const Row& row, const NewMembers& members) {
  struct Change {
    std::string_view key, old, now;
  };
  std::array<Change, 3> changes = {{{"traceName", row.trace_name, members.trace_name},
                                    {"tags", row.tags, members.tags},
                                    {"tokenizerId", row.tokenizer, members.tokenizer}}};
  std::sort(changes.begin(), changes.end(),
            [](const Change& a, const Change& b) { return std::less<>()(a.old.data(), b.old.data()); });
  const char *at = row.text.data(), *const end = at + row.text.size() - 1;  // before the last bracket
  for (const Change& change : changes) {
    if (change.now.empty() || change.old.empty()) continue;
    text.append(at, change.old.data()).append(change.now);
    at = change.old.data() + change.old.size();
  }
  text.append(at, end);
  for (const Change& change : changes) {
    if (!change.now.empty() && change.old.empty()) append_member(text, change.key, change.now);
  }
  text += '}';
}

bool may_be_estimated(const Row& row) {
  if (row.model_id.empty()) return false;
  bool any = false, plain = true;
  each_member(row.usage, [&](std::string_view key, std::string_view) {
    any = true;
    plain = plain && (key == "input" || key == "output" || key == "total");
  });
  return any && plain;
}

}  // namespace ctxcap::sources::langfuse
