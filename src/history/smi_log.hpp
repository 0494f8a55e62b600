#pragma once
// Inside history/: CSV as `nvidia-smi --query-gpu=... --format=csv -l N` and --query-compute-apps write it.

#include <functional>

#include "base/result.hpp"
#include "history/joined.hpp"

namespace ctxcap::history {

// Times are local, without a zone: `zone` gives what the host added to UTC then, in minutes. Errors
// (ErrorKind::usage): the first line names no column that is known.
Status read_smi_log(std::string_view bytes, const std::string& path, const std::function<i64(Instant)>& zone,
                    Joined& into);

}  // namespace ctxcap::history
