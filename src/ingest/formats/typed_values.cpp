#include "ingest/formats/typed_values.hpp"

#include "base/words.hpp"

namespace ctxcap::ingest {

Value typed_member(std::string_view kind, Value value, Value found) {
  if (!value.present()) return found;
  const bool is_scalar = same_word(kind, "stringValue") || same_word(kind, "intValue") || same_word(kind, "doubleValue") ||
                         same_word(kind, "boolValue") || same_word(kind, "string_value") || same_word(kind, "int_value") ||
                         same_word(kind, "double_value") || same_word(kind, "bool_value");
  if (is_scalar) return value;
  const bool is_map = same_word(kind, "kvlistValue") || same_word(kind, "kvlist_value");
  return is_map ? value.member("values") : found;
}

bool read_usual_attribute(Forward& reader, Scratch& scratch, std::string_view& name, Value& value) {
  const std::size_t begin = reader.at;
  if (reader.take_text(R"({"key":)") && reader.is_at('"')) {
    const Value key = reader.value();
    if (!reader.failed() && reader.take_text(R"(,"value":{)") && reader.is_at('"')) {
      const Value kind = reader.value();
      const Value inner = !reader.failed() && reader.take_text(":") ? reader.value() : Value();
      if (inner.raw().data() != nullptr && reader.take_text("}}")) {
        name = key.text(scratch);
        value = typed_member(kind.raw().substr(1, kind.raw().size() - 2), inner, {});
        return true;
      }
    }
  }
  reader.at = begin;
  return false;
}

}  // namespace ctxcap::ingest
