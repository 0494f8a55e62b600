#pragma once
// What `--map` and `--job` say: which column or JSON key holds which part of a call, and what its job is.

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "ingest/names.hpp"

namespace ctxcap::ingest {

enum class Part : std::uint8_t { prompt, generation, model, job, time, id, count_ };
inline constexpr std::size_t kParts = static_cast<std::size_t>(Part::count_);

// A path is a CSV column or a JSON key. In JSON, dots lead into objects, also into those that stand as text;
// a key that itself contains dots is tried first. Counts may be sums: "input_tokens+cache_tokens". Empty: not
// mapped.
struct Mapping {
  std::array<std::string, kParts> paths;
  JobRule job_rule = JobRule::automatic;
  // Calls that embed one text count too, its tokens as the prompt, under a job of their own.
  bool embeddings = false;

  const std::string& operator[](Part part) const { return paths[static_cast<std::size_t>(part)]; }
  // The paths that are added up for a part; one, or none.
  std::vector<std::string_view> terms(Part part) const;
  bool empty() const;  // no paths
  bool operator==(const Mapping&) const = default;
};

// The words for the rules of `--job`, and what each means.
struct JobRuleWord {
  std::string_view word;
  std::string_view help;
  JobRule rule;
};
std::span<const JobRuleWord> job_rules();
std::string_view word_of(JobRule rule);

// One of job_rules(), or "field:PATH"?
bool is_job_rule(std::string_view word);

// `word` as typed: one of job_rules(), or "field:PATH". Errors (ErrorKind::usage) name the rules that there
// are.
Status take_job_rule(std::string_view word, Mapping& mapping);

// From pairs of part and path, as typed. Errors (ErrorKind::usage) name the parts that there are.
Result<Mapping> mapping_of(std::span<const std::pair<std::string, std::string>> pairs);

}  // namespace ctxcap::ingest
