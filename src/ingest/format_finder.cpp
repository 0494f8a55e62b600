#include "ingest/format_finder.hpp"

#include <algorithm>

namespace ctxcap::ingest {

std::size_t FormatFinder::find(const Fields& fields) {
  Known& known = known_[fields.keys().hash() % known_.size()];
  const bool is_known =
      known.is_filled && known.keys == fields.keys() && known.has_metric_key == fields.has_metric_key();
  if (!is_known) return learn(fields, known);
  for (const std::size_t number : known.by_value) {
    if (formats()[number]->matches(fields)) return number;
  }
  return known.by_keys;
}

// A format that looked at no value of this record looks at none of any other with the same keys.
std::size_t FormatFinder::learn(const Fields& fields, Known& known) {
  const std::size_t none = formats().size();
  known = {
      .is_filled = true, .keys = fields.keys(), .has_metric_key = fields.has_metric_key(), .by_keys = none};
  std::size_t found = none;
  for (std::size_t number = 0; number < none; ++number) {
    fields.forget_looks();
    const bool matches = formats()[number]->matches(fields);
    if (matches) found = std::min(found, number);
    if (fields.has_looked()) {
      known.by_value.push_back(number);
    } else if (matches) {
      known.by_keys = number;
      break;
    }
  }
  return found;
}

}  // namespace ctxcap::ingest
