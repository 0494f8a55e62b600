#pragma once
// Which program this is.

#include <string_view>

namespace ctxcap {

std::string_view version();       // of the project, from the root CMakeLists.txt
std::string_view built_from();    // "commit a24cbe0f1, with simdjson 3.0.1, ..."
std::string_view version_date();  // of that version: "2026-11-29"

}  // namespace ctxcap
