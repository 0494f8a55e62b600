#pragma once
// JSON as a tree: for answers of servers, reports, and small files. Rows of traces are not read this way.
//
// What every file that includes this would compile for itself is compiled once, in json.cpp: most of the time
// that such a file takes. What is not listed there is compiled where it is used, as always.

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

// The class, its containers, and its reader of texts. Parts of the library have other parameters in other
// versions.
#define CTXCAP_JSON_TREE(WHERE)                                            \
  WHERE template class nlohmann::basic_json<>;                             \
  WHERE template class std::map<std::string, nlohmann::json, std::less<>>; \
  WHERE template class std::vector<nlohmann::json>
#if NLOHMANN_JSON_VERSION_MAJOR == 3 && NLOHMANN_JSON_VERSION_MINOR == 11
#define CTXCAP_JSON_READER(WHERE, TEXT)                               \
  WHERE template class nlohmann::detail::lexer<nlohmann::json, TEXT>; \
  WHERE template class nlohmann::detail::parser<nlohmann::json, TEXT>
#define CTXCAP_JSON_PARTS(WHERE)                                                       \
  CTXCAP_JSON_TREE(WHERE);                                                             \
  WHERE template class nlohmann::detail::serializer<nlohmann::json>;                   \
  WHERE template class nlohmann::detail::json_sax_dom_parser<nlohmann::json>;          \
  WHERE template class nlohmann::detail::json_sax_dom_callback_parser<nlohmann::json>; \
  CTXCAP_JSON_READER(WHERE, ctxcap::JsonOfString);                                     \
  CTXCAP_JSON_READER(WHERE, ctxcap::JsonOfView)
#else
#define CTXCAP_JSON_PARTS(WHERE) CTXCAP_JSON_TREE(WHERE)
#endif

namespace ctxcap {
using JsonOfString = decltype(nlohmann::detail::input_adapter(std::declval<const std::string&>()));
using JsonOfView = decltype(nlohmann::detail::input_adapter(std::declval<const std::string_view&>()));
}  // namespace ctxcap

CTXCAP_JSON_PARTS(extern);
