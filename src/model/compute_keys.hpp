#pragma once
// Metadata as the compute buffer needs it: never refused, for it is an estimate.

#include <algorithm>
#include <string_view>
#include <vector>

#include "model/blocks.hpp"
#include "model/keys.hpp"

namespace ctxcap::model {

// 0 where a key is missing, withheld or nonsense. Products of a few of these values stay far below 64 bits.
class Lenient {
 public:
  explicit Lenient(const ModelDescription& description) : keys_(description) {}
  i64 get(std::string_view key) { return largest(values(key)); }
  // Feed-forward width of the widest block but the last; from the tensors where the list was withheld.
  i64 feed_forward() {
    std::vector<i64> all = keys_.is_withheld("feed_forward_length") ? extents(&Block::ff_columns)
                                                                    : values("feed_forward_length");
    if (all.size() > 1) all.pop_back();
    return largest(all);
  }
  // By block; empty: one number holds for all, or none is told.
  std::vector<i64> each(std::string_view key) { return values(key); }
  // Query heads of the block that has most, whose V heads are `head_v` wide.
  i64 heads(i64 head_v) {
    if (!keys_.is_withheld("attention.head_count")) return get("attention.head_count");
    return head_v > 0 ? largest(extents(&Block::output_columns)) / head_v : 0;
  }
  i64 sane(i64 value) {
    constexpr i64 kLargest = 1 << 24;
    absurd_ = absurd_ || value > kLargest;
    return std::min(value, kLargest);
  }
  bool absurd() const { return absurd_; }

 private:
  std::vector<i64> values(std::string_view key) {
    return keys_.has(key) ? keys_.find_each(key).value_or(std::vector<i64>()) : std::vector<i64>();
  }
  std::vector<i64> extents(std::optional<i64> Block::*extent) {
    std::vector<i64> all;
    for (const Block& block : blocks_of(keys_.description().tensors, keys_.blocks())) {
      all.push_back((block.*extent).value_or(0));
    }
    return all;
  }
  i64 largest(const std::vector<i64>& values) {
    return values.empty() ? 0 : sane(*std::max_element(values.begin(), values.end()));
  }

  Keys keys_;
  bool absurd_ = false;
};

}  // namespace ctxcap::model
