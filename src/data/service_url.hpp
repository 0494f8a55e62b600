#pragma once
// Addresses of services that hold requests, as people write them into files.

#include <string>
#include <string_view>

namespace ctxcap {

// Why this is no address http(s)://HOST[:PORT][/PATH] that may stand in a file that others read; "": it is
// one. What could be a key is refused: a user, a password, and any query but ClickHouse's "?database=NAME".
std::string fault_of_url(std::string_view url);
// The same of one that is a secret itself, so a query may hold a key.
std::string fault_of_hook(std::string_view url);

}  // namespace ctxcap
