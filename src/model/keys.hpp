#pragma once
// Reads the metadata of one architecture. The first problem is kept and every later value is a harmless
// default, so that a family file reads like the table it is and checks `problem()` never; architecture_of
// does, once.

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/model.hpp"

namespace ctxcap::model {

inline constexpr i64 kMaxBlocks = 512;           // llama.cpp's LLAMA_MAX_LAYERS
inline constexpr i64 kMaxDimension = 1LL << 31;  // widths, counts and windows of real models are far below

class Keys {
 public:
  explicit Keys(const ModelDescription& description);

  const ModelDescription& description() const { return description_; }
  i64 blocks() const { return blocks_; }  // block_count, nextn layers included
  bool since(LlamaBuild build) const { return description_.build.llama >= build; }

  // Keys are given without the architecture's prefix. Values are whole numbers from 0 to kMaxDimension.
  bool has(std::string_view key) const;  // there, and not withheld
  i64 need(std::string_view key);        // missing: a problem
  i64 get(std::string_view key, i64 fallback);
  std::optional<i64> find(std::string_view key);
  std::string text(std::string_view key) const;  // "" when absent

  // One value per block: a list as it is, a single number for each of them. nullopt: missing, or withheld.
  std::optional<std::vector<i64>> find_each(std::string_view key);
  std::vector<i64> need_each(std::string_view key);
  std::optional<std::vector<i64>> find_list(std::string_view key) const;  // as it is; nullopt: no list
  bool is_withheld(std::string_view key) const;

  // Checked: more than 63 bits is a problem.
  i64 product(std::initializer_list<i64> factors);
  i64 sum(std::initializer_list<i64> terms);

  // Notes that the family cannot go on. `withhold` when a verbose description could tell.
  void refuse(std::string why);
  void withhold(std::string_view key);
  const std::string& problem() const { return problem_; }
  bool needs_verbose() const { return needs_verbose_; }

 private:
  const MetaValue* value(std::string_view key) const;
  std::optional<i64> checked(std::string_view key, const MetaValue& value);
  i64 checked(std::string_view key, i64 value);
  std::string full(std::string_view key) const;

  const ModelDescription& description_;
  i64 blocks_ = 0;
  std::string problem_;
  bool needs_verbose_ = false;
};

}  // namespace ctxcap::model
