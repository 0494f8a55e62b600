#include "sources/langfuse_index.hpp"

#include <array>
#include <charconv>
#include <limits>

namespace ctxcap::sources {
namespace {

constexpr std::array kParts = {&LangfuseRow::id,       &LangfuseRow::trace,      &LangfuseRow::parent,
                               &LangfuseRow::name,     &LangfuseRow::trace_name, &LangfuseRow::tags,
                               &LangfuseRow::model_id, &LangfuseRow::tokenizer};
constexpr std::array kTimes = {&LangfuseRow::start, &LangfuseRow::updated};

template <typename Number>
char* put(char* at, Number number) {
  at = std::to_chars(at, at + std::numeric_limits<Number>::digits10 + 2, number).ptr;
  *at = ' ';
  return at + 1;
}

// Goes over the numbers in front of a row.
class Numbers {
 public:
  explicit Numbers(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  // Not std::from_chars(): there are many, and short ones.
  i64 next() {
    const bool negative = at_ != end_ && *at_ == '-';
    const char* digit = at_ + (negative ? 1 : 0);
    std::uint64_t number = 0;
    for (; digit != end_ && *digit >= '0' && *digit <= '9'; ++digit)
      number = number * 10 + static_cast<std::uint64_t>(*digit - '0');
    good_ = good_ && digit != at_ && digit != end_ && *digit == ' ';
    if (good_) at_ = digit + 1;
    return static_cast<i64>(negative ? 0 - number : number);
  }
  std::string_view rest() const { return {at_, static_cast<std::size_t>(end_ - at_)}; }
  bool good() const { return good_; }

 private:
  const char *at_, *end_;
  bool good_ = true;
};

struct Place {
  std::size_t at = 0, size = 0;
};

}  // namespace

void append_indexed(std::string& text, const LangfuseRow& row) {
  std::array<char, (2 * kParts.size() + kTimes.size()) * 21> numbers;
  char* end = numbers.data();
  for (const auto time : kTimes) end = put(end, row.*time);
  for (const auto part : kParts) {
    const std::string_view value = row.*part;
    // What is missing or empty has no place.
    end = put(end, value.empty() ? std::size_t{0} : static_cast<std::size_t>(value.data() - row.text.data()));
    end = put(end, value.size());
  }
  text.append(numbers.data(), end).append(row.text);
}

std::optional<LangfuseRow> read_indexed(std::string_view text) {
  Numbers numbers(text);
  LangfuseRow row;
  for (const auto time : kTimes) row.*time = numbers.next();
  std::array<Place, kParts.size()> places;
  for (Place& place : places) {
    place.at = static_cast<std::size_t>(numbers.next());
    place.size = static_cast<std::size_t>(numbers.next());
  }
  row.text = numbers.rest();
  for (std::size_t i = 0; i < kParts.size(); ++i) {
    if (places[i].at > row.text.size() || places[i].size > row.text.size() - places[i].at)
      return std::nullopt;
    row.*kParts[i] = row.text.substr(places[i].at, places[i].size);
  }
  if (!numbers.good() || row.id.empty()) return std::nullopt;
  return row;
}

}  // namespace ctxcap::sources
