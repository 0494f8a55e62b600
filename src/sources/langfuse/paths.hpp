#pragma once
// Inside sources/langfuse/: paths and queries of the Langfuse API. A parameter that is misspelt is silently
// ignored by the server, so all of them are written here and nowhere else.

#include <span>
#include <string>
#include <string_view>

#include "sources/langfuse/options.hpp"

namespace ctxcap::sources::langfuse {

enum class Api { unknown, v1, v2 };

// What one walk over pages asks for.
enum class Walk {
  calls,    // model calls
  roots,    // v2: outermost spans that are no calls; v1: traces
  borders,  // v2: the calls of a few traces again, because a page ended inside of them
  any,      // the newest row of any kind: is there something at all?
};

// A walk in a period, at its next page. Times in ms since 1970.
struct Window {
  Walk walk = Walk::calls;
  i64 from = 0, to = 0;             // [from, to)
  i64 limit = 0;                    // rows per page
  i64 page = 1;                     // v1
  std::string cursor;               // v2
  std::vector<std::string> traces;  // borders
};

std::string path_of(Api api, const Window& window, const Query& query);
std::string models_path(i64 page);

// Most rows per page that the server gives.
i64 most_rows(Api api, Walk walk, const Query& query);

// What may be asked for in one `traces` list, so that the address stays far below 8 KiB.
inline constexpr std::size_t kMostTraces = 100;

}  // namespace ctxcap::sources::langfuse
