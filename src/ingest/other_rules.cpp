#include "ingest/other_rules.hpp"

#include "ingest/interner.hpp"

namespace ctxcap::ingest {

void OtherRules::note(Seen& seen, std::uint64_t name) {
  if (seen.names.size() <= kFew) seen.names.insert(name);
}

void OtherRules::add(const JobHints& hints, std::string_view model) {
  ++rows_;
  for (std::size_t i = 0; i < kRules.size(); ++i) {
    const std::string_view name = choose_job(hints, model, kRules[i]);
    if (name == kNoJob || is_client_name(name, model)) continue;
    ++seen_[i].rows;
    if (seen_[i].names.size() <= kFew) note(seen_[i], hash_of(name, 7));
  }
}

void OtherRules::merge(const OtherRules& other) {
  rows_ += other.rows_;
  for (std::size_t i = 0; i < kRules.size(); ++i) {
    seen_[i].rows += other.seen_[i].rows;
    for (const std::uint64_t name : other.seen_[i].names) note(seen_[i], name);
  }
}

std::optional<OtherRules::Found> OtherRules::best() const {
  std::optional<Found> found;
  for (std::size_t i = 0; i < kRules.size(); ++i) {
    const Seen& seen = seen_[i];
    const bool is_usual = seen.rows * 10 >= rows_ * 9;
    const bool is_few = !seen.names.empty() && seen.names.size() <= kFew;
    if (is_usual && is_few && (!found || seen.names.size() > found->jobs))
      found = Found{kRules[i], seen.names.size()};
  }
  return found;
}

}  // namespace ctxcap::ingest
