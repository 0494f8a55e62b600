#pragma once
// For the .cpp files of data/ that write JSON: what is not known is null.

#include <optional>

#include "base/json.hpp"
#include "base/time.hpp"

namespace ctxcap {

struct CardUse;

using Json = nlohmann::ordered_json;

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

inline Json or_null(const std::optional<Instant>& instant) {
  return instant ? Json(rfc3339(*instant)) : Json(nullptr);
}

inline Json unless_zero(i64 value) {
  return value == 0 ? Json(nullptr) : Json(value);
}

// How long a card was watched, and by what; null: it was not.
Json history_of_card_json(const CardUse& use);

}  // namespace ctxcap
