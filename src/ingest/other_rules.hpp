#pragma once
// Names of jobs that hold an id or a date make a job of every request. Then
// another rule may tell the jobs apart: one by which nearly all rows have a
// name, and few have a new one.

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string_view>

#include "ingest/names.hpp"

namespace ctxcap::ingest {

class OtherRules {
 public:
  static constexpr std::size_t kFew = 64;  // names; with more a rule is no better

  // Of a row with a name that was not met lately: in usual logs these are few.
  void add(const JobHints& hints, std::string_view model);
  void merge(const OtherRules& other);

  // The rule that tells most jobs apart, of those that would do, and how many
  // there are.
  struct Found {
    JobRule rule;
    std::size_t jobs;
  };
  std::optional<Found> best() const;

 private:
  static constexpr std::array kRules{JobRule::trace_name, JobRule::name, JobRule::prompt, JobRule::tag,
                                     JobRule::service};
  struct Seen {
    std::int64_t rows = 0;          // that have a name by this rule
    std::set<std::uint64_t> names;  // hashes, at most kFew + 1
  };
  void note(Seen& seen, std::uint64_t name);

  std::int64_t rows_ = 0;
  std::array<Seen, kRules.size()> seen_;
};

}  // namespace ctxcap::ingest
