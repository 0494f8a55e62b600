#include "ingest/formats/typed_values.hpp"

namespace ctxcap::ingest {

Value typed_member(std::string_view kind, Value value, Value found) {
  const bool is_scalar = kind == "stringValue" || kind == "intValue" || kind == "doubleValue" ||
                         kind == "boolValue" || kind == "string_value" || kind == "int_value" ||
                         kind == "double_value" || kind == "bool_value";
  if (is_scalar && value.present()) found = value;
  if ((kind == "kvlistValue" || kind == "kvlist_value") && value.present()) found = value.member("values");
  return found;
}

}  // namespace ctxcap::ingest
