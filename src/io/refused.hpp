#pragma once
// Whether anybody listens, asked without libcurl, whose thirty libraries take most of the time of a run that
// reads little. Private to this room.

#include <string_view>

namespace ctxcap::io {

// A connection to http://127.0.0.1:11434 or another number of this machine's own is refused at once. False of
// names, of other machines and of whatever else libcurl may read otherwise: nobody was asked then.
bool nobody_listens(std::string_view url);

}  // namespace ctxcap::io
