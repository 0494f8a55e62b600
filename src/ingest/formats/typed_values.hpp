#pragma once
// Attributes as protobuf's JSON writes them: [{"key":"k","value":{"intValue":"7"}}], in camelCase or
// snake_case, with the unused kinds left out or null.

#include <string_view>

#include "ingest/json_text.hpp"

namespace ctxcap::ingest {

// The value inside: a scalar, or the list of a map's entries, which each_attribute() visits in turn.
Value typed_value(Value wrapped);

// visit(std::string_view name, Value value) for each attribute.
template <typename Visit>
void each_attribute(Value attributes, Scratch& scratch, Visit&& visit) {
  attributes.each_element([&](Value attribute) {
    std::string_view name;
    Value value;
    attribute.each_member([&](std::string_view key, Value member) {
      if (key == "key") name = member.text(scratch);
      if (key == "value") value = typed_value(member);
    });
    if (value.present()) visit(name, value);
  });
}

}  // namespace ctxcap::ingest
