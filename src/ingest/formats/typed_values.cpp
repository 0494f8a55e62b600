#include "ingest/formats/typed_values.hpp"

#include "base/words.hpp"

namespace ctxcap::ingest {

namespace {

// One member of a wrapped value: the scalar that it is, or the list of a map's entries, which each_attribute() visits in
// turn; of other kinds what was found before.
Value typed_member(std::string_view kind, Value value, Value found) {
  if (!value.present()) return found;
  const bool is_scalar = same_word(kind, "stringValue") || same_word(kind, "intValue") || same_word(kind, "doubleValue") ||
                         same_word(kind, "boolValue") || same_word(kind, "string_value") || same_word(kind, "int_value") ||
                         same_word(kind, "double_value") || same_word(kind, "bool_value");
  if (is_scalar) return value;
  const bool is_map = same_word(kind, "kvlistValue") || same_word(kind, "kvlist_value");
  return is_map ? value.member("values") : found;
}

// As nearly all senders write it: {"key":"k","value":{"intValue":"7"}}, with no blanks and one kind. False, and the reader
// stands where it stood: it is written otherwise.
bool read_usual(Forward& reader, Scratch& scratch, TypedAttribute& attribute) {
  const std::size_t begin = reader.at;
  Value name, kind, value;
  const bool is_usual = reader.take_text(R"({"key":)") && reader.is_at('"') && reader.take_value(name) &&
                        reader.take_text(R"(,"value":{)") && reader.is_at('"') && reader.take_value(kind) &&
                        reader.take_text(":") && reader.take_value(value) && reader.take_text("}}");
  if (is_usual) {
    attribute = {.name = name.text(scratch),
                 .value = typed_member(kind.raw().substr(1, kind.raw().size() - 2), value, {})};
  } else {
    reader.at = begin;
  }
  return is_usual;
}

}  // namespace

TypedAttribute read_attribute(Forward& reader, Scratch& scratch) {
  TypedAttribute attribute;
  if (read_usual(reader, scratch, attribute)) return attribute;
  reader.members([&](std::string_view key) {
    if (key == "value") {
      Value& value = attribute.value = {};
      reader.members([&](std::string_view kind) { value = typed_member(kind, reader.value(), value); });
      return;
    }
    const Value member = reader.value();
    if (key == "key") attribute.name = member.text(scratch);
  });
  return attribute;
}

}  // namespace ctxcap::ingest
