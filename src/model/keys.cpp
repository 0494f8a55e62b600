#include "model/keys.hpp"

#include <fmt/format.h>

namespace ctxcap::model {

Keys::Keys(const ModelDescription& description) : description_(description) {
  blocks_ = need("block_count");
  if (problem_.empty() && (blocks_ < 1 || blocks_ > kMaxBlocks)) {
    refuse(fmt::format("{} is {}; llama.cpp takes 1 to {} blocks", full("block_count"), blocks_, kMaxBlocks));
  }
  if (!problem_.empty()) blocks_ = 1;  // families may index blocks without asking
}

std::string Keys::full(std::string_view key) const {
  return fmt::format("{}.{}", description_.architecture, key);
}

const MetaValue* Keys::value(std::string_view key) const {
  const auto found = description_.metadata.find(full(key));
  return found == description_.metadata.end() ? nullptr : &found->second;
}

void Keys::refuse(std::string why) {
  if (problem_.empty()) problem_ = std::move(why);
}

void Keys::withhold(std::string_view key) {
  if (problem_.empty()) needs_verbose_ = true;
  refuse(fmt::format("{} was withheld by a description that is not verbose", full(key)));
}

i64 Keys::checked(std::string_view key, i64 value) {
  if (value >= 0 && value <= kMaxDimension) return value;
  refuse(fmt::format("{} is {}, which no model has", full(key), value));
  return 0;
}

std::optional<i64> Keys::checked(std::string_view key, const MetaValue& value) {
  if (const i64* integer = std::get_if<i64>(&value)) return checked(key, *integer);
  if (const double* real = std::get_if<double>(&value)) {
    refuse(fmt::format("{} is {:g}, where a whole number up to {} belongs", full(key), *real, kMaxDimension));
  } else if (std::holds_alternative<std::vector<i64>>(value)) {
    refuse(fmt::format("{} is a list, where one number belongs", full(key)));
  } else if (std::holds_alternative<std::monostate>(value)) {
    withhold(key);
  } else {
    refuse(fmt::format("{} is not a number", full(key)));
  }
  return std::nullopt;
}

i64 Keys::product(std::initializer_list<i64> factors) {
  std::optional<i64> result = 1;
  for (const i64 factor : factors) result = checked_mul(result, factor);
  if (!result)
    refuse(
        fmt::format("the dimensions of {} multiply to more than 64 bits count", description_.architecture));
  return result.value_or(0);
}

i64 Keys::sum(std::initializer_list<i64> terms) {
  std::optional<i64> result = 0;
  for (const i64 term : terms) result = checked_add(result, term);
  if (!result)
    refuse(fmt::format("the dimensions of {} add up to more than 64 bits count", description_.architecture));
  return result.value_or(0);
}

bool Keys::has(std::string_view key) const {
  const MetaValue* found = value(key);
  return found && !std::holds_alternative<std::monostate>(*found);
}

std::optional<std::vector<i64>> Keys::find_list(std::string_view key) const {
  const MetaValue* found = value(key);
  const auto* list = found ? std::get_if<std::vector<i64>>(found) : nullptr;
  return list ? std::optional(*list) : std::nullopt;
}

bool Keys::is_withheld(std::string_view key) const {
  const MetaValue* found = value(key);
  return found && std::holds_alternative<std::monostate>(*found);
}

std::optional<i64> Keys::find(std::string_view key) {
  const MetaValue* found = value(key);
  return found ? checked(key, *found) : std::nullopt;
}

i64 Keys::get(std::string_view key, i64 fallback) {
  return find(key).value_or(fallback);
}

i64 Keys::need(std::string_view key) {
  const std::optional<i64> found = find(key);
  if (!found) refuse(fmt::format("{} is missing", full(key)));
  return found.value_or(0);
}

std::string Keys::text(std::string_view key) const {
  const MetaValue* found = value(key);
  const std::string* text = found ? std::get_if<std::string>(found) : nullptr;
  return text ? *text : std::string();
}

std::optional<std::vector<i64>> Keys::find_each(std::string_view key) {
  const MetaValue* found = value(key);
  if (!found || std::holds_alternative<std::monostate>(*found)) return std::nullopt;
  const auto blocks = static_cast<std::size_t>(blocks_);
  if (const auto* list = std::get_if<std::vector<i64>>(found)) {
    if (list->size() != blocks) {
      refuse(fmt::format("{} has {} entries for {} blocks", full(key), list->size(), blocks));
      return std::vector<i64>(blocks, 0);
    }
    std::vector<i64> values = *list;
    for (i64& value : values) value = checked(key, value);
    return values;
  }
  return std::vector<i64>(blocks, checked(key, *found).value_or(0));
}

std::vector<i64> Keys::need_each(std::string_view key) {
  if (is_withheld(key)) withhold(key);
  const std::optional<std::vector<i64>> found = find_each(key);
  if (!found) refuse(fmt::format("{} is missing", full(key)));
  return found.value_or(std::vector<i64>(static_cast<std::size_t>(blocks_), 0));
}

}  // namespace ctxcap::model
