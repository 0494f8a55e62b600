#include "ingest/record.hpp"

#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace ctxcap::ingest {

static_assert(kPadding >= simdjson::SIMDJSON_PADDING);

struct RecordParser::Parser {
  simdjson::ondemand::parser simd;
};

RecordParser::RecordParser() : parser_(std::make_unique<Parser>()) {}
RecordParser::~RecordParser() = default;
RecordParser::RecordParser(RecordParser&&) noexcept = default;
RecordParser& RecordParser::operator=(RecordParser&&) noexcept = default;

namespace {

constexpr std::size_t kLongestRecord = 0xFFFF'0000;  // simdjson's offsets have 32 bits
constexpr std::size_t kFirstCapacity = 1 << 16;

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

// The member's key between its quotes; stage 1 has made sure that it is closed. Keys with escapes do not
// occur in any known format and stay as they are written.
std::string_view key_of(simdjson::ondemand::field& field, std::string_view record) {
  const char* const begin = field.key().raw();
  const std::size_t left = static_cast<std::size_t>(record.data() + record.size() - begin);
  const void* quote = std::memchr(begin, '"', left);
  if (quote == nullptr) return {};
  return {begin, static_cast<std::size_t>(static_cast<const char*>(quote) - begin)};
}

simdjson::simdjson_result<std::string_view> raw_of(simdjson::ondemand::value value) {
  simdjson::ondemand::json_type type{};
  if (const auto error = value.type().get(type)) return error;
  if (type == simdjson::ondemand::json_type::object) {
    simdjson::ondemand::object object;
    if (const auto error = value.get_object().get(object)) return error;
    return object.raw_json();
  }
  if (type == simdjson::ondemand::json_type::array) {
    simdjson::ondemand::array array;
    if (const auto error = value.get_array().get(array)) return error;
    return array.raw_json();
  }
  return value.raw_json_token();
}

}  // namespace

Reason RecordParser::parse(std::string_view record, Fields& fields) {
  if (record.size() > kLongestRecord) return Reason::too_long;
  simdjson::ondemand::parser& parser = parser_->simd;
  if (parser.capacity() < record.size()) {
    const std::size_t capacity = std::max(kFirstCapacity, std::bit_ceil(record.size()));
    if (const auto error = parser.allocate(std::min(capacity, kLongestRecord))) return reason_of(error);
  }
  fields.clear();
  simdjson::ondemand::document document;
  simdjson::ondemand::object object;
  const simdjson::padded_string_view padded(record.data(), record.size(), record.size() + kPadding);
  if (const auto error = parser.iterate(padded).get(document)) return reason_of(error);
  if (const auto error = document.get_object().get(object)) return reason_of(error);
  for (auto item : object) {
    simdjson::ondemand::field field;
    if (const auto error = std::move(item).get(field)) return reason_of(error);
    const std::string_view key = key_of(field, record);
    const Fields::Wanted wanted = fields.wants(key);
    if (!wanted) continue;
    std::string_view raw;
    if (const auto error = raw_of(field.value()).get(raw)) return reason_of(error);
    fields.put(key, wanted, Value::json(trimmed(raw)));
  }
  // Nothing may follow the object; this version says "at the end" by an error.
  const bool at_end = document.current_location().error() == simdjson::OUT_OF_BOUNDS;
  return at_end ? Reason::none : Reason::bad_json;
}

}  // namespace ctxcap::ingest
