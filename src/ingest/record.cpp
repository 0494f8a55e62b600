#include "ingest/record.hpp"

#include <algorithm>
#include <bit>
#include <limits>

#include "base/guessed_keys.hpp"
#include "base/simd_json.hpp"
#include "ingest/plain_members.hpp"

namespace ctxcap::ingest {

static_assert(kPadding >= simdjson::SIMDJSON_PADDING && kPadding >= GuessedKeys<int>::kPadding &&
              kPadding >= PlainMembers<int>::kPadding && kPadding >= PlainText::kPadding);

struct RecordParser::Parser {
  explicit Parser(const LongText& by) : members(by) {}

  simdjson::ondemand::parser simd;
  GuessedKeys<Fields::Wanted> keys;
  PlainMembers<Fields::Wanted> members;
  Fields::Met met;  // of the last plain record that was read whole

  std::size_t read_plain(std::string_view text, Fields& fields);
};

RecordParser::RecordParser(const LongText& by) : parser_(std::make_unique<Parser>(by)) {}
RecordParser::~RecordParser() = default;
RecordParser::RecordParser(RecordParser&&) noexcept = default;
RecordParser& RecordParser::operator=(RecordParser&&) noexcept = default;

namespace {

constexpr std::size_t kFirstCapacity = 1 << 16;
// simdjson's index takes up to four bytes for each byte of a record. Longer ones are walked without it.
constexpr std::size_t kLongestIndexed = 8 << 20;
// Where letters are looked at in turn, simdjson is faster with longer ones.
constexpr std::size_t kLongestPlain = kLettersTogether ? std::numeric_limits<std::size_t>::max() : 2 << 10;

Reason reason_of(simdjson::error_code error) {
  switch (error) {
    case simdjson::SUCCESS:
      return Reason::none;
    case simdjson::UTF8_ERROR:
      return Reason::invalid_utf8;
    case simdjson::CAPACITY:
    case simdjson::MEMALLOC:
      return Reason::too_long;
    default:
      return Reason::bad_json;
  }
}

void begin(std::string_view record, Fields& fields) {
  fields.clear();
  fields.set_record(Value::json(record));
}

Reason walk(std::string_view record, Fields& fields) {
  if (!simdjson::validate_utf8(record)) return Reason::invalid_utf8;
  if (skip_value(record, 0) != record.size()) return Reason::bad_json;
  begin(record, fields);
  const bool is_whole = Value::json(record).each_member([&](std::string_view key, Value value) {
    fields.put(key, fields.wants(key), value);
  });
  return is_whole ? Reason::none : Reason::bad_json;
}

}  // namespace

std::size_t RecordParser::Parser::read_plain(std::string_view text, Fields& fields) {
  using Members = PlainMembers<Fields::Wanted>;
  fields.clear();
  const Members::Object object = members.each(
      text, [&](std::string_view key) { return fields.wants(key); },
      [&](const Members::Member& member) {
        if (!member.meaning) return;
        fields.set(member.key, member.meaning,
                   member.is_unescaped ? Value::verbatim(member.value) : Value::json(member.value));
      });
  if (object.seen == Members::Seen::other) return 0;
  if (object.is_alike) {
    fields.meet_all(met);
  } else {
    for (std::size_t number = 0; number < object.members; ++number) fields.meet(members.meaning(number));
    met = fields.met();
  }
  const std::string_view record = text.substr(0, object.size);
  fields.set_record(Value::json(record));
  const bool is_whole = object.seen == Members::Seen::ascii || simdjson::validate_utf8(record);
  return is_whole ? object.size : 0;
}

std::size_t RecordParser::parse_first(std::string_view lines, Fields& fields) {
  return kLettersTogether ? parser_->read_plain(lines, fields) : 0;
}

Reason RecordParser::parse(std::string_view record, Fields& fields) {
  const bool may_be_plain = record.back() == '}' && record.size() <= kLongestPlain;
  if (may_be_plain && parser_->read_plain(record, fields) == record.size()) return Reason::none;
  if (record.size() > kLongestIndexed) return walk(record, fields);
  simdjson::ondemand::parser& parser = parser_->simd;
  if (parser.capacity() < record.size()) {
    if (const auto error = parser.allocate(std::max(kFirstCapacity, std::bit_ceil(record.size()))))
      return reason_of(error);
  }
  begin(record, fields);
  simdjson::ondemand::document document;
  simdjson::ondemand::object object;
  const simdjson::padded_string_view padded(record.data(), record.size(), record.size() + kPadding);
  if (const auto error = parser.iterate(padded).get(document)) return reason_of(error);
  if (const auto error = document.get_object().get(object)) return reason_of(error);
  std::size_t number = 0;
  for (auto item : object) {
    simdjson::ondemand::field field;
    if (const auto error = std::move(item).get(field)) return reason_of(error);
    const auto [key, wanted] = parser_->keys.at(number++, field.key().raw(), record.data() + record.size(),
                                                [&](std::string_view name) { return fields.wants(name); });
    fields.meet(wanted);
    if (!wanted) continue;
    std::string_view raw;
    if (const auto error = raw_of(field.value()).get(raw)) return reason_of(error);
    fields.set(key, wanted, Value::json(trimmed(raw)));
  }
  return is_at_end(document) ? Reason::none : Reason::bad_json;
}

}  // namespace ctxcap::ingest
