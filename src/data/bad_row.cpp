#include "data/bad_row.hpp"

#include "data/json_values.hpp"

namespace ctxcap {

std::string bad_row_json(const BadRow& row) {
  const Json json{{"source", row.source},
                  {"line", row.line},
                  {"offset", row.offset ? Json(*row.offset) : Json(nullptr)},
                  {"length", row.offset ? Json(row.length) : Json(nullptr)},
                  {"reason", row.reason}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace ctxcap
