// Observations that were counted inside ClickHouse (sources/clickhouse_sql.cpp). A line holds what its rows
// have in common, named as in a Langfuse row, and the token counts of each with how many rows have them:
//
//   "usage_keys": ["input", "output", "total"], "groups": [[8101, 90, 8191, 3], ...]     three such rows
//
// `duplicates` are older versions of those rows, which were left out. `counted` is 0 where the rows
// themselves count elsewhere (their newest version started in another window, or is stored in the other
// table). `roots` are [trace name, name, model] of the spans that a trace began with, the earliest first.
// Every rule is that of a single row: this file only unfolds.

#include <array>
#include <charconv>
#include <string>
#include <vector>

#include "ingest/formats/all.hpp"
#include "ingest/formats/langfuse.hpp"
#include "ingest/when.hpp"

namespace ctxcap::ingest {
namespace {

i64 whole_number(Value value, Scratch& scratch) {
  const std::string_view text = value.text(scratch);
  i64 number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// What the roots call the trace: the first that has a name, whatever it is; and one of its own.
struct RootNames {
  std::string_view any, own;
};

RootNames root_names(const Fields& fields) {
  Scratch& scratch = fields.scratch();
  RootNames names;
  fields[Key::roots].each_element([&](Value root) {
    std::array<std::string_view, 3> parts;
    std::size_t at = 0;
    root.each_element([&](Value part) {
      if (at < parts.size()) parts[at++] = part.text(scratch);
    });
    if (names.any.empty()) names.any = parts[0].empty() ? parts[1] : parts[0];
    if (!names.own.empty()) return;
    const std::string_view chosen = choose_job({.trace_name = parts[0], .own_name = parts[1]}, parts[2]);
    if (chosen != "all") names.own = chosen;
  });
  return names;
}

// `job` is what the automatic rule makes of them, since only here all roots are known.
JobHints names_of(const Fields& fields, const Call& call) {
  JobHints names = observation_names(fields);
  const bool by_root = !call.is_root && names.trace_name.empty();
  const RootNames roots = by_root ? root_names(fields) : RootNames();
  names.job = roots.own.empty() ? choose_job(names, call.model) : roots.own;
  if (by_root) names.trace_name = roots.any;
  return names;
}

// The usage map of one group: keys from the line, values from the group, whose last number is the count.
class UsageMap {
 public:
  explicit UsageMap(const Fields& fields) {
    fields[Key::usage_keys].each_element([&](Value key) { keys_.push_back(key.raw()); });
  }

  // nullopt: not as many values as keys.
  std::optional<i64> read(Value group, Scratch& scratch) {
    text_.assign(1, '{');
    i64 count = 0;
    std::size_t at = 0;
    group.each_element([&](Value value) {
      if (at == keys_.size()) count = whole_number(value, scratch);
      if (at < keys_.size()) {
        if (at > 0) text_ += ',';
        text_.append(keys_[at]).append(1, ':').append(value.raw());
      }
      ++at;
    });
    text_ += '}';
    if (at != keys_.size() + 1 || count <= 0) return std::nullopt;
    return count;
  }

  Value map() const { return Value::json(text_); }

 private:
  std::vector<std::string_view> keys_;  // with their quotes
  std::string text_;
};

void read_groups(const Fields& fields, Sink& sink) {
  Scratch& scratch = fields.scratch();
  Call call;
  call.model = fields[Key::provided_model_name].text(scratch);
  call.is_root = whole_number(fields[Key::is_root], scratch) != 0;
  call.job = names_of(fields, call);
  read_start(fields[Key::start_time], scratch, call);
  call.last = read_time(fields[Key::last_start_time], scratch);
  const Asked asked = read_asked(fields[Key::model_parameters], scratch);
  call.num_ctx = asked.num_ctx;
  call.num_predict = asked.num_predict;
  UsageMap usage(fields);
  const bool counted = whole_number(fields[Key::counted], scratch) != 0;
  const bool whole = !counted || fields[Key::groups].each_element([&](Value group) {
    const std::optional<i64> count = usage.read(group, scratch);
    if (!count) return sink.add(unusable(Reason::bad_tokens));
    call.count = *count;
    call.usage = judge_observation(fields, read_usage(usage.map(), scratch));
    sink.add(call);
  });
  if (!whole) sink.add(unusable(Reason::bad_json));
  if (const i64 duplicates = whole_number(fields[Key::duplicates], scratch); duplicates > 0) {
    call.usage = unusable(Reason::duplicate).usage;
    call.count = duplicates;
    sink.add(call);
  }
}

}  // namespace

constinit const Format kClickHouseGroups{.name = "clickhouse-groups",
                                         .help = "observations that Langfuse's ClickHouse counted",
                                         .told_by = "`usage_keys` and `groups`",
                                         .matches =
                                             [](const Fields& fields) {
                                               return fields.keys().has_all({Key::usage_keys, Key::groups});
                                             },
                                         .read = read_groups};

}  // namespace ctxcap::ingest
