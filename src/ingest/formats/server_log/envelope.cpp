#include "ingest/formats/server_log/envelope.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

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

// A line and when it was written, in ns: several may share a microsecond.
struct Timed {
  std::optional<i64> at;
  Line line;
};

std::optional<i64> nanoseconds(Value time, const Line& line, Scratch& scratch) {
  constexpr std::size_t kDigits = 19;
  const std::string_view text = time.text(scratch);
  i64 number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_exact = error == std::errc() && end == text.data() + text.size() && text.size() == kDigits;
  if (is_exact) return number;
  return line.at ? checked_mul(line.at->micros, 1'000) : std::nullopt;
}

// ["1787217300000000000", "LINE"]
Timed of_pair(Value pair, Scratch& scratch) {
  Timed timed;
  Value time;
  int number = 0;
  pair.each_element([&](Value part) {
    if (number == 0) time = part;
    if (number == 1) timed.line.text = part.text(scratch);
    ++number;
  });
  timed.line.at = read_time(time, scratch);
  timed.at = nanoseconds(time, timed.line, scratch);
  return timed;
}

Timed of_envelope(Value object, Scratch& scratch) {
  const Line line = unwrapped(object.raw(), scratch);
  Value time;
  object.each_member([&](std::string_view key, Value value) {
    if (among(kTimes, key) && !time.present()) time = value;
  });
  return {nanoseconds(time, line, scratch), line};
}

void add_lines(Value value, int levels, std::vector<Timed>& lines, Scratch& scratch) {
  if (levels == 0) return;
  value.each_element([&](Value element) {
    if (element.is_object()) add_lines(element, levels - 1, lines, scratch);
  });
  if (!value.is_object()) return;
  const Value values = value.member("values");
  if (values.is_array()) {
    values.each_element([&](Value pair) { lines.push_back(of_pair(pair, scratch)); });
    return;
  }
  for (const std::string_view name : {"data", "result", "streams"}) {
    if (const Value inside = value.member(name); inside.is_object() || inside.is_array())
      return add_lines(inside, levels - 1, lines, scratch);
  }
  if (is_envelope(value.raw())) lines.push_back(of_envelope(value, scratch));
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

std::vector<Line> lines_in(std::string_view text, Scratch& scratch) {
  constexpr int kMostLevels = 6;
  std::vector<Timed> timed;
  add_lines(Value::json(trimmed(text)), kMostLevels, timed, scratch);
  const auto has_time = [](const Timed& one) { return one.at.has_value(); };
  const auto first = std::find_if(timed.begin(), timed.end(), has_time);
  const auto last = std::find_if(timed.rbegin(), timed.rend(), has_time);
  if (last != timed.rend() && *last->at < *first->at) std::reverse(timed.begin(), timed.end());
  // Streams stand one behind the other. A line without a time stays behind the one before.
  i64 now = std::numeric_limits<i64>::min();
  for (Timed& one : timed) one.at = now = one.at.value_or(now);
  std::stable_sort(timed.begin(), timed.end(), [](const Timed& a, const Timed& b) { return *a.at < *b.at; });
  std::vector<Line> lines;
  for (const Timed& one : timed) lines.push_back(one.line);
  return lines;
}

}  // namespace ctxcap::ingest::server_log
