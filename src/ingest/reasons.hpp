#pragma once
// Why a row was not used, and remarks on rows that were: one word for machines, one sentence for people.
// Nothing is dropped silently, so every way out of the reader has a row in reasons.cpp.

#include <array>
#include <cstdint>
#include <string_view>

namespace ctxcap::ingest {

enum class Reason : std::uint8_t {
  none,  // the row counts as a request
  aggregate,
  ambiguous_count,
  ambiguous_usage,
  bad_csv,
  bad_json,
  bad_tokens,
  cache_hit,
  client_error,
  cut_meanwhile,
  deleted,
  description,
  duplicate,
  duplicate_key,
  embedding,
  error_answer,
  estimated,
  failed,
  implausible_tokens,
  invalid_utf8,
  judge,
  listing,
  mixed_servers,
  negative_tokens,
  no_timings,
  no_usage,
  not_a_generation,
  other_time,
  other_unit,
  partial_prompt,
  refused,
  server_log,
  status_answer,
  stream_part,
  too_long,
  total_only,
  unfinished,
  unknown_format,
  vllm_log,
  wrapper,
  count_,
};

enum class Remark : std::uint8_t {
  bad_time,
  cache_added,
  corrected_inclusive,
  maybe_estimated,
  refused_floor,
  refused_prompt,
  truncated_prompt,
  unsplit_tokens,
  upper_ends,
  count_,
};

inline constexpr std::size_t kReasons = static_cast<std::size_t>(Reason::count_);
inline constexpr std::size_t kRemarks = static_cast<std::size_t>(Remark::count_);

struct Wording {
  std::string_view word;
  std::string_view sentence;
  std::string_view hint = {};  // where to find rows that can be used; empty: the sentence says it all
};

const Wording& wording(Reason reason);
const Wording& wording(Remark remark);

// The sentence of a word of either table; empty for a word of neither.
std::string_view sentence_of(std::string_view word);
std::string_view hint_of(std::string_view word);

// A few remarks at once.
class Remarks {
 public:
  void add(Remark remark) { bits_ = static_cast<std::uint16_t>(bits_ | bit(remark)); }
  bool has(Remark remark) const { return (bits_ & bit(remark)) != 0; }
  bool empty() const { return bits_ == 0; }

 private:
  static int bit(Remark remark) { return 1 << static_cast<int>(remark); }
  std::uint16_t bits_ = 0;
  static_assert(kRemarks <= 16);
};

}  // namespace ctxcap::ingest
