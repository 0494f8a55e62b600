#pragma once
// Addresses, as libcurl understands them. Private to this room.

#include <string>
#include <string_view>

namespace ctxcap::io {

// Loopback needs no proxy. Go's client, and so the ollama command, never uses one there either.
bool is_loopback(const std::string& url);

// Whether `location`, which an answer to `url` redirects to, has the same scheme, host and port. It may be
// relative. False where it cannot be understood.
bool same_origin(const std::string& url, const std::string& location);

// Without what could be a secret: user, password, query.
std::string shown_url(std::string_view url);

}  // namespace ctxcap::io
