#pragma once
// The `parameters` text of /api/show: one "key   value" per line, strings quoted as Go quotes them, a list as
// one line per element.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/quantity.hpp"

namespace ctxcap::model {

using Parameters = std::map<std::string, std::vector<std::string>>;

Parameters parse_parameters(std::string_view text);

// A number as Go prints a float64 ("4096", "1.048576e+06"), as the whole number it is; nullopt: it is none,
// or one beyond +-2^53.
std::optional<i64> whole_number(const std::string& text);

}  // namespace ctxcap::model
