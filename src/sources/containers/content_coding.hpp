#pragma once
// Inside sources/: HTTP content codings (RFC 9110, 8.4), by the decoders that also read files: they take less
// than half of the time of those in the HTTP library.

#include <string>
#include <tl/expected.hpp>

#include "ports/http.hpp"

namespace ctxcap::sources {

// For the header accept-encoding of a request that is not `decoded`.
inline constexpr const char* kAcceptEncoding = "gzip, zstd";

// The body of an answer as it was before it was coded, which the answer then no longer has. The memory of
// `room` is used for it. Error: why it cannot be had, as in "its gzip data end too early".
tl::expected<std::string, std::string> decoded_body(HttpResponse& response, std::string room);

}  // namespace ctxcap::sources
