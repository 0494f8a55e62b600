#include "ingest/row_reader.hpp"

#include <algorithm>
#include <functional>
#include <utility>

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
          .window = small(call.window),
          .was_cut = call.usage.remarks.has(Remark::truncated_prompt),
          .cut_by = small(call.usage.cut_by > 0 ? std::optional(call.usage.cut_by)
                          : call.window         ? call.window
                                                : call.num_ctx),
          .slots = static_cast<std::uint8_t>(std::min<Tokens>(call.slots.value_or(0), 255)),
          .busy = static_cast<std::uint8_t>(std::min<Tokens>(call.busy, 255)),
          .start = call.start ? call.start->micros : kNoTime};
}

std::uint64_t trace_hash(std::string_view trace) {
  return trace.empty() ? 0 : std::max<std::uint64_t>(1, hash_of(trace, 3));
}

}  // namespace

RowReader::RowReader(const Mapping& mapping, Tally& tally)
    : mapping_(&mapping), texts_(kMostLevels), tally_(&tally) {
  for (std::size_t i = 0; i < kMostLevels; ++i)
    levels_.push_back(std::make_unique<Level>(Level{Fields(mapping), {}}));
}

namespace {

// Server-sent events ("data: {...}" is a record, the other lines of an event are none) and prefixed rows.
std::string_view without_frame(std::string_view text) {
  if (text.starts_with("data:")) {
    const std::string_view data = trimmed(text.substr(5));
    return data == "[DONE]" ? std::string_view() : data;
  }
  // What a logger or a collector writes before the row: "app-1  | {...}", "2026-08-20T09:15:09Z stdout F
  // {...}".
  constexpr std::size_t kLongestPrefix = 200;
  const std::size_t brace = text.substr(0, kLongestPrefix).find('{');
  const bool is_prefixed = brace != std::string_view::npos && brace > 0 && text.ends_with('}') &&
                           std::string_view(" \t|:").find(text[brace - 1]) != std::string_view::npos &&
                           text[0] != '[' && skip_value(text, brace) == text.size();
  if (is_prefixed) return text.substr(brace);
  const bool is_frame = text.starts_with("event:") || text.starts_with("id:") || text.starts_with("retry:") ||
                        text.starts_with(": ");
  return is_frame ? std::string_view() : text;
}

}  // namespace

void RowReader::only(std::optional<Instant> from, std::optional<Instant> to) {
  from_ = from ? from->micros : kNoTime;
  to_ = to ? to->micros : std::numeric_limits<i64>::max();
}

void RowReader::read(std::string_view text, i64 line) {
  text = trimmed(text);
  if (!text.empty() && text.front() != '{') text = without_frame(text);
  if (text.empty()) return;
  begin_record(text, line);
  if (text.front() == '{') {
    read_object(text);
  } else if (text.front() == '[') {
    read_elements(text);
  } else {
    skip(Reason::bad_json, text, line);
  }
}

std::size_t RowReader::read_first(std::string_view lines, i64 line) {
  if (lines.front() != '{') return 0;
  const std::size_t size = parser_.parse_first(lines, levels_.front()->fields);
  if (size == 0) return 0;
  std::size_t behind = size;
  while (lines[behind] != '\n' && is_space(lines[behind])) ++behind;
  if (lines[behind] != '\n') return 0;  // several records on one line
  begin_record(lines.substr(0, size), line);
  dispatch();
  return behind + 1;
}

void RowReader::begin_record(std::string_view text, i64 line) {
  level_ = 0;
  line_ = line;
  counted_to_ = text.data();
  record_ = row_ = text;
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
  tally_->of_input(input_).formats.set(index_of(format));
  count(call);
}

void RowReader::skip(Reason reason, std::string_view text, i64 line) {
  ++tally_->of_input(input_).rows;
  record_ = row_ = text;
  tally_->skip(reason, {.piece = piece_number_, .line = static_cast<std::uint32_t>(line)}, spot());
}

void RowReader::leave_out(i64 bytes) {
  ++tally_->of_input(input_).rows;
  tally_->skip(Reason::too_long, {.piece = piece_number_, .line = 1}, {.offset = 0, .length = bytes});
}

void RowReader::read_object(std::string_view object) {
  row_ = object;
  const Reason reason = parser_.parse(object, levels_[level_]->fields);
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
    const Reason reason = parser_.parse(value, levels_[level_]->fields);
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
    if (element.is_object()) return nested(element.raw(), {});
    count(unusable(Reason::unknown_format));
  });
  if (!whole) count(unusable(Reason::bad_json));
}

void RowReader::nested(std::string_view object, const Around& around) {
  if (level_ + 1 >= kMostLevels) return count(unusable(Reason::unknown_format));
  const Around outer = around_;
  if (around.start) around_.start = around.start;
  if (!around.job.empty()) around_.job = around.job;
  if (!around.model.empty()) around_.model = around.model;
  if (around.num_ctx) around_.num_ctx = around.num_ctx;
  if (around.num_predict) around_.num_predict = around.num_predict;
  ++level_;
  read_object(object);
  --level_;
  around_ = outer;
}

void RowReader::nested_text(std::string_view text, const Around& around) {
  if (level_ + 1 >= kMostLevels) return count(unusable(Reason::unknown_format));
  std::string& padded = texts_[level_];
  padded.assign(text);
  padded.append(kPadding, ' ');
  // The rows of a decoded body all stand on the line of the body.
  const char* const counted_to = std::exchange(counted_to_, nullptr);
  const std::string_view row = row_;
  nested(std::string_view(padded).substr(0, text.size()), around);
  counted_to_ = counted_to;
  row_ = row;
}

void RowReader::dispatch() {
  const Fields& fields = levels_[level_]->fields;
  if (fields.has_repeated_key()) return count(unusable(Reason::duplicate_key));
  const std::size_t number = levels_[level_]->finder.find(fields);
  if (number == formats().size()) return count(unusable(Reason::unknown_format));
  const Format* const format = formats()[number];
  if (!format->holds_rows) tally_->of_input(input_).formats.set(number);
  const Format* const outer = std::exchange(format_, format);
  format->read(fields, *this);
  format_ = outer;
}

// What a request sent stands in its record, unless the format has put it together.
Bytes RowReader::body_bytes(const Call& call) const {
  if (format_ == nullptr || call.usage.reason != Reason::none) return 0;
  Body body = call.body;
  if (body.empty()) {
    for (const Key key : format_->body) body.add(levels_[level_]->fields[key]);
  }
  return std::min(body.bytes_beside(call.usage.prompt), kLargestBody);
}

void RowReader::add(const Call& call) {
  if (mapping_->empty() && level_ == 0) return count(call);
  Call mapped = call;
  if (!mapped.start) mapped.start = around_.start;
  if (mapped.job.job.empty()) mapped.job.job = around_.job;
  if (mapped.model.empty()) mapped.model = around_.model;
  if (!mapped.num_ctx) mapped.num_ctx = around_.num_ctx;
  if (!mapped.num_predict) mapped.num_predict = around_.num_predict;
  if (mapping_->empty()) return count(mapped);
  apply_mapping(mapped);
  for (std::size_t part = 0; part < kParts; ++part) {
    if (levels_[level_]->fields.mapped(static_cast<Part>(part)).present()) tally_->found_parts |= 1U << part;
  }
  count(mapped);
}

void RowReader::apply_mapping(Call& call) const {
  const Fields& fields = levels_[level_]->fields;
  Scratch& scratch = fields.scratch();
  const auto text = [&](Part part) { return fields.mapped(part).text(scratch); };
  const bool only_mapped = mapping_->job_rule == JobRule::field && !(*mapping_)[Part::job].empty();
  if (const auto job = text(Part::job); only_mapped || !job.empty()) call.job.job = job;
  if (const auto model = text(Part::model); !model.empty()) call.model = model;
  if (const auto id = text(Part::id); !id.empty()) call.id = id;
  if (const Value time = fields.mapped(Part::time); time.present()) read_start(time, scratch, call);
}

void RowReader::count(const Call& call) {
  // Whoever asks for a period has read what was before, or wants none of it.
  const bool is_before = call.began_before && from_ != kNoTime;
  if (is_before || (call.start && (call.start->micros < from_ || call.start->micros >= to_))) {
    tally_->of_input(input_).rows += call.count;
    return tally_->skip(Reason::other_time, place(), spot(), call.count);
  }
  if (mapping_->embeddings && call.usage.reason == Reason::embedding && call.usage.prompt > 0) {
    Call text = call;
    text.usage = usage_with(call.usage.prompt, std::nullopt, 0);
    text.job = {.job = kEmbeddings};
    return count(text);
  }
  const bool is_told = mapping_->embeddings && call.job.job == kEmbeddings;
  if (call.usage.reason == Reason::none && call.usage.generation.value_or(0) == 0 && !is_told &&
      is_embedder(call.model)) {
    Call embedding = call;
    embedding.usage = {.reason = Reason::embedding};
    return count(embedding);
  }
  tally_->of_input(input_).rows += call.count;
  const std::uint64_t trace = trace_hash(call.trace);
  if (call.is_root && trace != 0) note_root(call);
  const bool job_is_open = call.usage.reason == Reason::none && trace != 0 && !call.is_root &&
                           is_named_by_root(call.job, mapping_->job_rule);
  Request request = request_of(call);
  Remarks remarks = call.usage.remarks;
  if (call.has_bad_time && !call.start) remarks.add(Remark::bad_time);
  if (call.usage.reason == Reason::none) {
    request.body = static_cast<std::uint32_t>(body_bytes(call));
    bool is_new = false;
    request.job = tally_->names.number_of(job_of(call), is_new);
    if (is_new) tally_->other_rules.add(call.job, call.model);
    request.model = tally_->names.number_of(model_name(call.model));
  }
  if (!call.parent.empty() && call.usage.reason == Reason::none) note_parent(call);
  const bool model_is_open = call.model_elsewhere && call.model.empty() && call.usage.reason == Reason::none;
  const std::uint64_t waits_for = job_is_open ? trace : model_is_open ? this_input() : 0;
  if (!call.id.empty() || waits_for != 0) return keep(call, request, remarks, waits_for);
  if (call.usage.reason != Reason::none) return tally_->skip(call.usage.reason, place(), spot(), call.count);
  if (call.last || call.count != 1) {
    const i64 last = call.last ? call.last->micros : request.start;
    return tally_->count_many(request, call.count, last, remarks, place(), input_);
  }
  tally_->count(request, remarks, place(), input_);
}

void RowReader::keep(const Call& call, const Request& request, Remarks remarks, std::uint64_t trace) {
  HeldRow row{.has_id = !call.id.empty(),
              .id = id_of(call, call.id),
              .trace = trace,
              .updated = call.last_wins ? position()
                         : call.updated ? call.updated->micros
                                        : kNoTime,
              .request = request,
              .place = place(),
              .reason = call.usage.reason,
              .remarks = remarks};
  if (tally_->notes_bad_rows) row.spot = spot();
  if (!call.scope.empty() && call.start && call.end && row.reason == Reason::none) {
    row.kind = HeldRow::Kind::timed;
    row.end = call.end->micros;
    row.scope = hash_of(call.scope, 4);
    row.is_root = call.is_root;
  }
  tally_->pass_on(row, Stage::versions, input_);
}

void RowReader::note_root(const Call& call) {
  const std::string_view name = root_name(call.job, call.model, mapping_->job_rule);
  if (name.empty()) return;
  HeldRow row{.kind = HeldRow::Kind::note,
              .has_id = !call.id.empty(),
              .id = id_of(call, call.id),
              .trace = trace_hash(call.trace),
              .updated = call.updated ? call.updated->micros : kNoTime,
              .place = place()};
  row.request.start = call.start ? call.start->micros : kNoTime;
  row.request.job = tally_->names.number_of(name);
  tally_->held.put(Stage::jobs, row.trace, row);
}

void RowReader::note_parent(const Call& call) {
  const HeldRow row{.kind = HeldRow::Kind::note,
                    .note = HeldRow::Note::child,
                    .has_id = true,
                    .id = id_of(call, call.parent),
                    .place = place()};
  tally_->held.put(Stage::versions, row.id.high, row);
}

void RowReader::name_model(std::string_view model) {
  HeldRow row{
      .kind = HeldRow::Kind::note, .note = HeldRow::Note::model, .trace = this_input(), .place = place()};
  row.request.model = tally_->names.number_of(model_name(model));
  tally_->held.put(Stage::jobs, row.trace, row);
}

RowId RowReader::id_of(const Call& call, std::string_view id) const {
  if (id.empty()) return {};
  const std::uint64_t seed = call.within_file ? (std::uint64_t{input_} + 1) << 8 : 0;
  return {hash_of(id, seed + 1), static_cast<std::uint32_t>(hash_of(id, seed + 2))};
}

std::uint64_t RowReader::this_input() const {
  return std::max<std::uint64_t>(1, hash_of({}, (std::uint64_t{input_} + 1) << 8));
}

// Grows from row to row of an input, however it was cut into pieces.
i64 RowReader::position() const {
  constexpr int kLongestPiece = 34;  // bits
  return i64{piece_number_} << kLongestPiece | std::max<i64>(0, spot().offset);
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

Place RowReader::place() {
  return {.piece = piece_number_, .line = static_cast<std::uint32_t>(line_of(row_.data()))};
}

i64 RowReader::line_of(const char* position) {
  if (counted_to_ == nullptr || position <= counted_to_) return line_;
  line_ += std::count(counted_to_, position, '\n');
  counted_to_ = position;
  return line_;
}

}  // namespace ctxcap::ingest
