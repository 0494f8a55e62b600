#include "ingest/row_reader.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "ingest/when.hpp"

namespace ctxcap::ingest {
namespace {

constexpr Bytes kLargestBody = 0xFFFF'FFFF;

std::uint32_t small(std::optional<Tokens> tokens) {
  return static_cast<std::uint32_t>(std::min(tokens.value_or(0), kLargestCount));
}

Request request_of(const Call& call) {
  return {.prompt = small(call.usage.prompt),
          .generation = call.usage.generation ? static_cast<std::int32_t>(*call.usage.generation) : -1,
          .context = static_cast<std::uint32_t>(call.usage.context),
          .num_ctx = small(call.num_ctx),
          .num_predict = small(call.num_predict),
          .start = call.start ? call.start->micros : kNoTime};
}

std::uint64_t trace_hash(std::string_view trace) {
  return trace.empty() ? 0 : std::max<std::uint64_t>(1, hash_of(trace, 3));
}

}  // namespace

RowReader::RowReader(const Mapping& mapping) : mapping_(&mapping), texts_(kMostLevels) {
  for (std::size_t i = 0; i < kMostLevels; ++i) levels_.push_back(std::make_unique<Fields>(mapping));
}

namespace {

// Server-sent events: "data: {...}" is a record, the other lines of an event are none.
std::string_view without_event_frame(std::string_view text) {
  if (text.starts_with("data:")) {
    const std::string_view data = trimmed(text.substr(5));
    return data == "[DONE]" ? std::string_view() : data;
  }
  const bool is_frame = text.starts_with("event:") || text.starts_with("id:") || text.starts_with("retry:") ||
                        text.starts_with(": ");
  return is_frame ? std::string_view() : text;
}

}  // namespace

void RowReader::read(std::string_view text, i64 line) {
  text = trimmed(text);
  if (!text.empty() && text.front() != '{') text = without_event_frame(text);
  if (text.empty()) return;
  level_ = 0;
  line_ = line;
  counted_to_ = text.data();
  record_ = row_ = text;
  if (text.front() == '{') {
    read_object(text);
  } else if (text.front() == '[') {
    read_elements(text);
  } else {
    skip(Reason::bad_json, text, line);
  }
}

void RowReader::read_fields(std::string_view record, i64 line) {
  level_ = 0;
  line_ = line;
  counted_to_ = nullptr;
  record_ = row_ = record;
  dispatch();
}

void RowReader::take(const Call& call, const Format& format, std::string_view text, i64 line) {
  line_ = line;
  counted_to_ = nullptr;
  record_ = row_ = text;
  tally_->formats |= std::uint64_t{1} << index_of(format);
  count(call);
}

void RowReader::skip(Reason reason, std::string_view text, i64 line) {
  ++tally_->rows;
  record_ = row_ = text;
  note(reason, line);
  tally_->skipped[static_cast<std::size_t>(reason)].add({.line = line});
}

void RowReader::read_object(std::string_view object) {
  row_ = object;
  const Reason reason = parser_.parse(object, *levels_[level_]);
  if (reason == Reason::none) return dispatch();
  // Several values on one line, or a comma behind the last: `cat a.json b.json`, lines cut out of an array.
  if (reason == Reason::bad_json && level_ == 0) return read_values(object);
  count(unusable(reason));
}

void RowReader::read_values(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text[at] == '{' ? skip_value(text, at) : kNoEnd;
    const std::string_view value = text.substr(at, end == kNoEnd ? text.size() - at : end - at);
    row_ = value;
    if (end == kNoEnd || value.size() == text.size()) return count(unusable(Reason::bad_json));
    const Reason reason = parser_.parse(value, *levels_[level_]);
    if (reason == Reason::none) {
      dispatch();
    } else {
      count(unusable(reason));
    }
    at = skip_space(text, end);
    if (at < text.size() && text[at] == ',') at = skip_space(text, at + 1);
  }
}

void RowReader::read_elements(std::string_view array) {
  const bool whole = Value::json(array).each_element([&](Value element) {
    row_ = element.raw();
    if (element.is_object()) return nested(element.raw());
    count(unusable(Reason::unknown_format));
  });
  if (!whole) count(unusable(Reason::bad_json));
}

void RowReader::nested(std::string_view object) {
  if (level_ + 1 >= kMostLevels) return count(unusable(Reason::unknown_format));
  ++level_;
  read_object(object);
  --level_;
}

void RowReader::nested_text(std::string_view text) {
  if (level_ + 1 >= kMostLevels) return count(unusable(Reason::unknown_format));
  std::string& padded = texts_[level_];
  padded.assign(text);
  padded.append(kPadding, ' ');
  // The rows of a decoded body all stand on the line of the body.
  const char* const counted_to = counted_to_;
  counted_to_ = nullptr;
  nested(std::string_view(padded).substr(0, text.size()));
  counted_to_ = counted_to;
}

void RowReader::dispatch() {
  const Fields& fields = *levels_[level_];
  if (fields.has_repeated_key()) return count(unusable(Reason::duplicate_key));
  const Format* const format = find_format(fields);
  if (format == nullptr) return count(unusable(Reason::unknown_format));
  if (!format->holds_rows) tally_->formats |= std::uint64_t{1} << index_of(*format);
  const Format* const outer = std::exchange(format_, format);
  format->read(fields, *this);
  format_ = outer;
}

// What a request sent stands in its record, unless the format has put it together.
Bytes RowReader::body_bytes(const Call& call) const {
  if (format_ == nullptr || call.usage.reason != Reason::none) return 0;
  Body body = call.body;
  if (body.empty()) {
    for (const Key key : format_->body) body.add((*levels_[level_])[key]);
  }
  return std::min(body.bytes_beside(call.usage.prompt), kLargestBody);
}

void RowReader::add(const Call& call) {
  if (mapping_->empty()) return count(call);
  Call mapped = call;
  apply_mapping(mapped);
  count(mapped);
}

void RowReader::apply_mapping(Call& call) const {
  const Fields& fields = *levels_[level_];
  Scratch& scratch = fields.scratch();
  const auto text = [&](Part part) { return fields.mapped(part).text(scratch); };
  const bool only_mapped = mapping_->job_rule == JobRule::field && !(*mapping_)[Part::job].empty();
  if (const auto job = text(Part::job); only_mapped || !job.empty()) call.job.job = job;
  if (const auto model = text(Part::model); !model.empty()) call.model = model;
  if (const auto id = text(Part::id); !id.empty()) call.id = id;
  if (const Value time = fields.mapped(Part::time); time.present()) call.start = read_time(time, scratch);
}

void RowReader::count(const Call& call) {
  ++tally_->rows;
  const std::uint64_t trace = trace_hash(call.trace);
  if (call.is_root && trace != 0) note_root(call);
  const bool job_is_open = call.usage.reason == Reason::none && trace != 0 && !call.is_root &&
                           is_named_by_root(call.job, mapping_->job_rule);
  Request request = request_of(call);
  request.body = static_cast<std::uint32_t>(body_bytes(call));
  if (!call.id.empty() || job_is_open) return keep(call, request, job_is_open ? trace : 0);
  const Place place{.line = line_of(row_.data())};
  if (call.usage.reason != Reason::none) {
    note(call.usage.reason, place.line);
    return tally_->skipped[static_cast<std::size_t>(call.usage.reason)].add(place);
  }
  ++tally_->used;
  request.job = tally_->names.number_of(job_of(call));
  request.model = tally_->names.number_of(model_name(call.model));
  tally_->histograms.add(request);
  for (std::size_t remark = 0; remark < kRemarks; ++remark) {
    if (call.usage.remarks.has(static_cast<Remark>(remark))) tally_->remarked[remark].add(place);
  }
}

void RowReader::keep(const Call& call, const Request& request, std::uint64_t trace) {
  HeldRow& row = tally_->held.emplace_back();
  if (!call.id.empty()) row.id = {hash_of(call.id, 1) | 1, hash_of(call.id, 2)};
  row.trace = trace;
  row.updated = call.updated ? call.updated->micros : kNoTime;
  row.request = request;
  row.line = static_cast<std::uint32_t>(line_of(row_.data()));  // pieces are far shorter than 2^32 lines
  row.reason = call.usage.reason;
  row.remarks = call.usage.remarks;
  if (tally_->notes_bad_rows) tally_->held_spots.push_back(spot());
  if (row.reason != Reason::none) return;
  row.request.job = tally_->names.number_of(job_of(call));
  row.request.model = tally_->names.number_of(model_name(call.model));
  if (call.scope.empty() || !call.start || !call.end) return;
  tally_->timed.push_back({.held = {.row = static_cast<std::uint32_t>(tally_->held.size() - 1)},
                           .start = call.start->micros,
                           .end = call.end->micros,
                           .scope = hash_of(call.scope, 4),
                           .is_root = call.is_root});
}

void RowReader::note_root(const Call& call) {
  const std::string_view name = root_name(call.job, call.model, mapping_->job_rule);
  if (name.empty()) return;
  tally_->roots.push_back({.trace = trace_hash(call.trace),
                           .start = call.start ? call.start->micros : kNoTime,
                           .name = tally_->names.number_of(name)});
}

std::string_view RowReader::job_of(const Call& call) const {
  // A root names the rows inside its trace, and itself.
  const JobRule rule = mapping_->job_rule;
  if (rule != JobRule::trace_name || !call.is_root) return choose_job(call.job, call.model, rule);
  const std::string_view name = root_name(call.job, call.model, rule);
  return name.empty() ? "all" : name;
}

// A row inside of a text that had to be decoded stands where its record does.
Spot RowReader::spot() const {
  const std::less_equal<> before;
  for (const std::string_view text : {row_, record_}) {
    const bool inside = before(piece_.data(), text.data()) &&
                        before(text.data() + text.size(), piece_.data() + piece_.size());
    if (inside) return {.offset = text.data() - piece_.data(), .length = static_cast<i64>(text.size())};
  }
  return {};
}

void RowReader::note(Reason reason, i64 line) {
  if (tally_->notes_bad_rows) tally_->noted.push_back({.line = line, .spot = spot(), .reason = reason});
}

i64 RowReader::line_of(const char* position) {
  if (counted_to_ == nullptr || position <= counted_to_) return line_;
  line_ += std::count(counted_to_, position, '\n');
  counted_to_ = position;
  return line_;
}

}  // namespace ctxcap::ingest
