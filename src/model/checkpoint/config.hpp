#pragma once
// Reads the keys of a config.json, of its text model where it has several. As with Keys: the first problem is
// kept, and every later value is a harmless default.

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/quantity.hpp"
#include "base/result.hpp"

namespace ctxcap::model {

class Config {
 public:
  using Value = std::variant<i64, double, bool, std::string, std::vector<i64>, std::vector<std::string>>;
  using Values = std::map<std::string, Value, std::less<>>;  // "rope_scaling.factor"

  // Errors: no JSON object, or far larger than any.
  static Result<Config> parse(std::string_view json);

  bool has(std::string_view key) const;  // there, and not null
  i64 need(std::string_view key);
  i64 get(std::string_view key, i64 fallback);
  std::optional<i64> find(std::string_view key);
  std::optional<i64> first_of(std::initializer_list<std::string_view> keys);  // that is there
  std::optional<double> number(std::string_view key) const;
  // Of the whole model, where its parts have theirs.
  std::string top_text(std::string_view key) const;
  std::optional<double> top_number(std::string_view key) const;
  std::string text(std::string_view key) const;  // "" when absent
  bool is_true(std::string_view key) const;
  std::vector<std::string> words(std::string_view key) const;  // empty when it is no list of texts
  std::vector<i64> numbers(std::string_view key);              // empty when it is no list of whole numbers

  i64 product(std::initializer_list<i64> factors);  // beyond 64 bits: a problem

  i64 layers();  // 1 to 1024
  i64 heads();
  i64 hidden();
  i64 kv_heads();
  i64 head_dim();

  // What its family has where it says nothing.
  void assume(std::string_view key, i64 value);

  void refuse(std::string why);
  const std::string& problem() const { return problem_; }

 private:
  const Value* value(std::string_view key) const;
  static std::optional<double> number_of(const Value* value);
  const Value* top(std::string_view key) const;
  void choose_text_model();

  Values values_;
  std::string prefix_;  // of the text model, "text_config."
  std::string problem_;
};

}  // namespace ctxcap::model
