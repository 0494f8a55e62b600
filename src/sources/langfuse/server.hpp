#pragma once
// Inside sources/langfuse/: which server, and the keys of a project on it.

#include "base/result.hpp"
#include "sources/langfuse/options.hpp"
#include "sources/servers/credentials.hpp"

namespace ctxcap::sources::langfuse {

// `url` as given; empty: LANGFUSE_BASE_URL, LANGFUSE_HOST, Langfuse Cloud. The keys are LANGFUSE_PUBLIC_KEY
// and LANGFUSE_SECRET_KEY. Errors: ErrorKind::usage.
Result<Server> find_server(const std::string& url, const Credentials& credentials);
// Is there a server in the environment, so that it need not be named?
bool is_in_environment(const Credentials& credentials);

}  // namespace ctxcap::sources::langfuse
