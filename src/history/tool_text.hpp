#pragma once
// Inside history/: what tools of drivers printed that is no CSV of nvidia-smi.

#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "history/joined.hpp"

namespace ctxcap::history {

// `nvidia-smi -q` and `-q -x`, once or with -l; `nvidia-smi pmon -s um -o DT`; `rocm-smi --showmeminfo vram`
// as JSON or CSV, which tells no time and so is no sample. `zone` as for CSV. False: the text is something
// else. Errors (ErrorKind::usage): it is one of these, and tells of no memory or of no time.
Result<bool> read_tool_text(std::string_view text, const std::string& path,
                            const std::function<i64(Instant)>& zone, Joined& into);

}  // namespace ctxcap::history
