#pragma once
// The preset of llama-server's router: INI, edited byte for byte but for values.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace ctxcap::runtime {

// Long names of flags and their new values.
using PresetValues = std::vector<std::pair<std::string, std::string>>;

// The text with those values in that section; comments, order, blanks and line ends stay. A key that the
// section does not have is added behind its last one; with an empty value its line goes. Errors
// (ErrorKind::usage): there is no such section, it is there twice, or a key is said twice in it.
Result<std::string> edit_preset(const std::string& text, const std::string& section,
                                const PresetValues& values);

// The value of a flag in that section; "": it is not there.
std::string own_preset_value(const std::string& text, const std::string& section, const std::string& flag);

// The same, else that of [*]; "": it is in neither.
std::string preset_value(const std::string& text, const std::string& section, const std::string& flag);

// Whether all slots of the model share one cache, as its section or [*] says.
bool preset_shares(const std::string& text, const std::string& section);

// Whether the router lists the model of that section under `id`: of "org/model:model-q4_0" it keeps the
// quantisation alone, in capitals.
bool is_listed_as(const std::string& section, const std::string& id);

}  // namespace ctxcap::runtime
