#pragma once
// Attributes as protobuf's JSON writes them: [{"key":"k","value":{"intValue":"7"}}], in camelCase or
// snake_case, with the unused kinds left out or null.

#include <string_view>

#include "ingest/json_text.hpp"

namespace ctxcap::ingest {

// One member of a wrapped value: the scalar that it is, or the list of a map's entries, which each_attribute() visits in
// turn; of other kinds what was found before.
Value typed_member(std::string_view kind, Value value, Value found);

// An attribute as nearly all senders write it: {"key":"k","value":{"intValue":"7"}}, with no blanks and one kind. Then
// the reader stands behind it. False, and it stands where it stood: it is written otherwise.
bool read_usual_attribute(Forward& reader, Scratch& scratch, std::string_view& name, Value& value);

// The attributes that begin where the reader stands: visit(std::string_view name, Value value) for each. Then it stands
// behind them.
template <typename Visit>
void read_attributes(Forward& reader, Scratch& scratch, Visit&& visit) {
  reader.elements([&] {
    std::string_view name;
    Value value;
    const bool is_usual = read_usual_attribute(reader, scratch, name, value);
    if (!is_usual) reader.members([&](std::string_view key) {
      if (key == "value") {
        value = {};
        reader.members([&](std::string_view kind) { value = typed_member(kind, reader.value(), value); });
        return;
      }
      const Value member = reader.value();
      if (key == "key") name = member.text(scratch);
    });
    if (value.present()) visit(name, value);
  });
}

// visit(std::string_view name, Value value) for each attribute.
template <typename Visit>
void each_attribute(Value attributes, Scratch& scratch, Visit&& visit) {
  Forward reader{attributes.raw()};
  if (attributes.is_array()) read_attributes(reader, scratch, visit);
}

}  // namespace ctxcap::ingest
