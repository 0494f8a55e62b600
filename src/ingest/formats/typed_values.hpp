#pragma once
// Attributes as protobuf's JSON writes them: [{"key":"k","value":{"intValue":"7"}}], in camelCase or
// snake_case, with the unused kinds left out or null.

#include <string_view>

#include "ingest/json_text.hpp"

namespace ctxcap::ingest {

// The attribute that begins where the reader stands; then that stands behind it.
struct TypedAttribute {
  std::string_view name;
  Value value;  // absent: of none of the kinds
};
TypedAttribute read_attribute(Forward& reader, Scratch& scratch);

// The attributes that begin where the reader stands: visit(std::string_view name, Value value) for each. Then it stands
// behind them.
template <typename Visit>
void read_attributes(Forward& reader, Scratch& scratch, Visit&& visit) {
  reader.elements([&] {
    const TypedAttribute attribute = read_attribute(reader, scratch);
    if (attribute.value.present()) visit(attribute.name, attribute.value);
  });
}

// visit(std::string_view name, Value value) for each attribute.
template <typename Visit>
void each_attribute(Value attributes, Scratch& scratch, Visit&& visit) {
  Forward reader{attributes.raw()};
  if (attributes.is_array()) read_attributes(reader, scratch, visit);
}

}  // namespace ctxcap::ingest
