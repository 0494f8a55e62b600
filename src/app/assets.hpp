#pragma once
// Inside app/: the files of templates/ and some examples, embedded at build time (see CMakeLists.txt of this
// room).

#include <span>
#include <string_view>

#include "render/render.hpp"

namespace ctxcap::app {

std::string_view modelfile_template();
// What a plan for that server is rendered as.
std::span<const render::ServedTemplate> served_templates(Target target);
std::string_view nightly_service();  // of examples/nightly
std::string_view nightly_timer();
std::string_view version();       // of the project, from the root CMakeLists.txt
std::string_view built_from();    // "commit a24cbe0f1, with simdjson 3.0.1, ..."
std::string_view version_date();  // the same: "2026-11-29"

}  // namespace ctxcap::app
