#include "ingest/record.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace ctxcap::ingest {

static_assert(kPadding >= simdjson::SIMDJSON_PADDING);

struct RecordParser::Parser {
  simdjson::ondemand::parser simd;

  // Rows of one log have their keys in one order, so the n-th key is nearly always the n-th of the row
  // before: one comparison says so, and spares the search for its end and its meaning.
  struct Expected {
    std::size_t size = 0;              // of the key with its closing quote; 0: too long to guess
    std::array<char, kPadding> key{};  // filled up with zeros
    Fields::Wanted wanted;

    // Comparing may look behind the record, but not behind the padding.
    bool is_at(const char* begin) const;
  };
  std::vector<Expected> expected;

  struct Member {
    std::string_view key;
    Fields::Wanted wanted;
  };
  Member member_at(const char* begin, std::size_t number, std::string_view record, const Fields& fields);
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
std::string_view key_at(const char* begin, std::string_view record) {
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

// Word by word: keys are too short for a call of memcmp to be worth it.
bool RecordParser::Parser::Expected::is_at(const char* begin) const {
  const auto word = [](const char* at) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, at, sizeof bytes);
    return bytes;
  };
  std::size_t at = 0;
  for (; at + 8 <= size; at += 8) {
    if (word(begin + at) != word(key.data() + at)) return false;
  }
  return std::equal(begin + at, begin + size, key.data() + at);
}

RecordParser::Parser::Member RecordParser::Parser::member_at(const char* begin, std::size_t number,
                                                             std::string_view record, const Fields& fields) {
  if (number < expected.size()) {
    const Expected& guess = expected[number];
    if (guess.size > 0 && guess.is_at(begin)) return {{begin, guess.size - 1}, guess.wanted};
  }
  const std::string_view key = key_at(begin, record);
  const Fields::Wanted wanted = fields.wants(key);
  constexpr std::size_t kMostGuesses = 256;
  if (number >= kMostGuesses || key.data() == nullptr || key.size() >= kPadding) return {key, wanted};
  if (number >= expected.size()) expected.resize(number + 1);
  Expected& next = expected[number] = {.size = key.size() + 1, .wanted = wanted};
  *std::copy(key.begin(), key.end(), next.key.begin()) = '"';
  return {key, wanted};
}

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
  std::size_t number = 0;
  for (auto item : object) {
    simdjson::ondemand::field field;
    if (const auto error = std::move(item).get(field)) return reason_of(error);
    const auto [key, wanted] = parser_->member_at(field.key().raw(), number++, record, fields);
    if (wanted.metric) fields.note_metric();
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
