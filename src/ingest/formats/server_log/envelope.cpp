#include "ingest/formats/server_log/envelope.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "ingest/when.hpp"

namespace ctxcap::ingest::server_log {
namespace {

constexpr std::array<std::string_view, 5> kLines{"log", "MESSAGE", "line", "message", "textPayload"};
constexpr std::array<std::string_view, 5> kTimes{"time", "__REALTIME_TIMESTAMP", "timestamp", "@timestamp",
                                                 "ts"};

bool among(const auto& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// The journal writes a message with bytes of its own (colours of a terminal) as an array of numbers.
std::string text_of_bytes(Value bytes) {
  std::string text;
  bytes.each_element([&](Value element) {
    const std::string_view digits = element.raw();
    unsigned byte = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), byte);
    if (error == std::errc() && byte < 256) text += static_cast<char>(byte);
  });
  return text;
}

// "2026-09-02T16:53:00.1Z", and with the zone of journalctl, which has no colon: +0200.
std::optional<Instant> iso_time(std::string_view word) {
  if (const auto time = parse_time(word)) return time;
  const std::size_t sign = word.find_last_of("+-");
  if (sign == std::string_view::npos || word.size() - sign != 5) return std::nullopt;
  return parse_time(std::string(word.substr(0, sign + 3)) + ":" + std::string(word.substr(sign + 3)));
}

Line of_object(std::string_view object, Scratch& scratch) {
  Line line;
  Value::json(object).each_member([&](std::string_view key, Value value) {
    if (among(kLines, key) && line.text.empty())
      line.text = value.is_array() ? scratch.keep(text_of_bytes(value)) : value.text(scratch);
    if (among(kTimes, key) && !line.at) line.at = read_time(value, scratch);
  });
  return line;
}

}  // namespace

bool is_envelope(std::string_view object) {
  bool has_line = false, has_counts = false;
  const bool whole = Value::json(object).each_member([&](std::string_view key, Value value) {
    has_line = has_line || (among(kLines, key) && (value.is_string() || value.is_array()));
    has_counts = has_counts || key.find("usage") != kNoEnd || key.find("okens") != kNoEnd;
  });
  return whole && has_line && !has_counts;
}

Line unwrapped(std::string_view text, Scratch& scratch) {
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  if (text.starts_with('{')) {
    Line line = of_object(text, scratch);
    const Line inside = unwrapped(line.text.starts_with('{') ? std::string_view() : line.text, scratch);
    return {inside.text, inside.at ? inside.at : line.at};
  }
  const bool is_dated = text.size() > 20 && text[4] == '-' && text[0] >= '0' && text[0] <= '9';
  if (!is_dated) return {text, std::nullopt};
  return {text, iso_time(text.substr(0, text.find(' ')))};
}

}  // namespace ctxcap::ingest::server_log
