#include "ingest/row_reader.hpp"

#include <algorithm>

#include "ingest/when.hpp"

namespace ctxcap::ingest {
namespace {

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
  counted_to_ = row_begin_ = text.data();
  if (text.front() == '{') {
    read_object(text);
  } else if (text.front() == '[') {
    read_elements(text);
  } else {
    skip(Reason::bad_json, line);
  }
}

void RowReader::read_fields(i64 line) {
  level_ = 0;
  line_ = line;
  counted_to_ = row_begin_ = nullptr;
  dispatch();
}

void RowReader::take(const Call& call, const Format& format, i64 line) {
  line_ = line;
  counted_to_ = row_begin_ = nullptr;
  tally_->formats |= std::uint64_t{1} << index_of(format);
  count(call);
}

void RowReader::skip(Reason reason, i64 line) {
  ++tally_->rows;
  tally_->skipped[static_cast<std::size_t>(reason)].add({.line = line});
}

void RowReader::read_object(std::string_view object) {
  row_begin_ = object.data();
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
    row_begin_ = value.data();
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
    row_begin_ = element.raw().data();
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
  if (!format->name.empty()) tally_->formats |= std::uint64_t{1} << index_of(*format);
  format->read(fields, *this);
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
  if (const auto job = text(Part::job); !job.empty()) call.job.job = job;
  if (const auto model = text(Part::model); !model.empty()) call.model = model;
  if (const auto id = text(Part::id); !id.empty()) call.id = id;
  if (const Value time = fields.mapped(Part::time); time.present()) call.start = read_time(time, scratch);
}

void RowReader::count(const Call& call) {
  tally_->rows += call.count;
  const std::uint64_t trace = trace_hash(call.trace);
  if (call.is_root && trace != 0) note_root(call);
  const bool job_is_open = call.usage.reason == Reason::none && trace != 0 && !call.is_root &&
                           call.job.job.empty() && call.job.trace_name.empty();
  if (!call.id.empty() || job_is_open) return keep(call, request_of(call), job_is_open ? trace : 0);
  const Place place{.line = line_of(row_begin_)};
  if (call.usage.reason != Reason::none) {
    return tally_->skipped[static_cast<std::size_t>(call.usage.reason)].add(place, call.count);
  }
  tally_->used += call.count;
  Request request = request_of(call);
  request.job = tally_->names.number_of(choose_job(call.job, call.model));
  request.model = tally_->names.number_of(model_name(call.model));
  if (call.last || call.count != 1) {
    tally_->histograms.add_many(request, call.count, call.last ? call.last->micros : request.start);
  } else {
    tally_->histograms.add(request);
  }
  for (std::size_t remark = 0; remark < kRemarks; ++remark) {
    if (call.usage.remarks.has(static_cast<Remark>(remark))) tally_->remarked[remark].add(place, call.count);
  }
}

void RowReader::keep(const Call& call, const Request& request, std::uint64_t trace) {
  HeldRow& row = tally_->held.emplace_back();
  if (!call.id.empty()) row.id = {hash_of(call.id, 1) | 1, hash_of(call.id, 2)};
  row.trace = trace;
  row.updated = call.updated ? call.updated->micros : kNoTime;
  row.request = request;
  row.line = static_cast<std::uint32_t>(line_of(row_begin_));  // pieces are far shorter than 2^32 lines
  row.reason = call.usage.reason;
  row.remarks = call.usage.remarks;
  if (row.reason != Reason::none) return;
  row.request.job = tally_->names.number_of(choose_job(call.job, call.model));
  row.request.model = tally_->names.number_of(model_name(call.model));
  if (call.scope.empty() || !call.start || !call.end) return;
  tally_->timed.push_back({.held = {.row = static_cast<std::uint32_t>(tally_->held.size() - 1)},
                           .start = call.start->micros,
                           .end = call.end->micros,
                           .scope = hash_of(call.scope, 4),
                           .is_root = call.is_root});
}

void RowReader::note_root(const Call& call) {
  const JobHints names{.job = call.job.job, .trace_name = call.job.trace_name, .own_name = call.job.own_name};
  const std::string_view name = choose_job(names, call.model);
  if (name == "all") return;
  tally_->roots.push_back({.trace = trace_hash(call.trace),
                           .start = call.start ? call.start->micros : kNoTime,
                           .name = tally_->names.number_of(name)});
}

i64 RowReader::line_of(const char* position) {
  if (counted_to_ == nullptr || position <= counted_to_) return line_;
  line_ += std::count(counted_to_, position, '\n');
  counted_to_ = position;
  return line_;
}

}  // namespace ctxcap::ingest
